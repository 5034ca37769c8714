import {stepCommand} from '../../step-command.ts'
import {about} from '../../steps/10-mesh/about.ts'

export default stepCommand(about)
