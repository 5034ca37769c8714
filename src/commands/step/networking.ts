import {stepCommand} from '../../step-command.ts'
import {about} from '../../steps/01-networking/about.ts'

export default stepCommand(about)
