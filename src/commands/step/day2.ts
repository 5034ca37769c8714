import {stepCommand} from '../../step-command.ts'
import {about} from '../../steps/18-day2/about.ts'

export default stepCommand(about)
