import {stepCommand} from '../../step-command.ts'
import {about} from '../../steps/12-secrets/about.ts'

export default stepCommand(about)
