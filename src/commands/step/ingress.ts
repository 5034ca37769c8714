import {stepCommand} from '../../step-command.ts'
import {about} from '../../steps/06-ingress/about.ts'

export default stepCommand(about)
