import {stepCommand} from '../../step-command.ts'
import {about} from '../../steps/19-slo/about.ts'

export default stepCommand(about)
