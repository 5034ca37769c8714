import {stepCommand} from '../../step-command.ts'
import {about} from '../../steps/13-autoscaling/about.ts'

export default stepCommand(about)
