import {stepCommand} from '../../step-command.ts'
import {about} from '../../steps/03-node-pools/about.ts'

export default stepCommand(about)
