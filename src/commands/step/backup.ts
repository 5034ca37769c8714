import {stepCommand} from '../../step-command.ts'
import {about} from '../../steps/15-backup/about.ts'

export default stepCommand(about)
