import {stepCommand} from '../../step-command.ts'
import {about} from '../../steps/16-chaos/about.ts'

export default stepCommand(about)
