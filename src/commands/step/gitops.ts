import {stepCommand} from '../../step-command.ts'
import {about} from '../../steps/07-gitops/about.ts'

export default stepCommand(about)
