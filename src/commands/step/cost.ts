import {stepCommand} from '../../step-command.ts'
import {about} from '../../steps/17-cost/about.ts'

export default stepCommand(about)
