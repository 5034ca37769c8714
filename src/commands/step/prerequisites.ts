import {stepCommand} from '../../step-command.ts'
import {about} from '../../steps/00-prerequisites/about.ts'

export default stepCommand(about)
