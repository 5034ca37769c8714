/** After phase 7 releases are handed to Argo CD without a reinstall, and back. */
import {it} from 'vitest'
import {handOverAndBack} from '../helpers/hand-over.ts'

it('Argo CD takes over what kp installed and gives it back: no object is lost, no pod restarts', {timeout: 600_000}, () => handOverAndBack('argo-cd', 'applications.argoproj.io'))
