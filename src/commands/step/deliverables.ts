import {stepCommand} from '../../step-command.ts'
import {about} from '../../steps/20-deliverables/about.ts'

export default stepCommand(about)
