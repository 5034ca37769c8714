/** The way to Flux and back; that to Argo CD is among the tests of every day. */
import {it} from 'vitest'
import {handOverAndBack} from '../helpers/hand-over.ts'

it('Flux takes over what kp installed and gives it back: no object is lost, no pod restarts', {timeout: 900_000}, () => handOverAndBack('flux', 'helmreleases.helm.toolkit.fluxcd.io'))
