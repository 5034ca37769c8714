import {stepCommand} from '../../step-command.ts'
import {about} from '../../steps/14-security/about.ts'

export default stepCommand(about)
