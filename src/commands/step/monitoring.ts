import {stepCommand} from '../../step-command.ts'
import {about} from '../../steps/08-monitoring/about.ts'

export default stepCommand(about)
