import {stepCommand} from '../../step-command.ts'
import {about} from '../../steps/02-control-plane/about.ts'

export default stepCommand(about)
