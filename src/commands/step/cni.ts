import {stepCommand} from '../../step-command.ts'
import {about} from '../../steps/04-cni/about.ts'

export default stepCommand(about)
