import {stepCommand} from '../../step-command.ts'
import {about} from '../../steps/09-logging/about.ts'

export default stepCommand(about)
