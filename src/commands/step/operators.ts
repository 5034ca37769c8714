import {stepCommand} from '../../step-command.ts'
import {about} from '../../steps/11-operators/about.ts'

export default stepCommand(about)
