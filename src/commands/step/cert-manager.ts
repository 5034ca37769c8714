import {stepCommand} from '../../step-command.ts'
import {about} from '../../steps/05-cert-manager/about.ts'

export default stepCommand(about)
