/** The phases of kp, in order. */
import type {PlatformPhase} from '../context.ts'
import {prerequisites} from './00-prerequisites/phase.ts'
import {networking} from './01-networking/phase.ts'
import {controlPlane} from './02-control-plane/phase.ts'
import {nodePools} from './03-node-pools/phase.ts'
import {cni} from './04-cni/phase.ts'
import {certManager} from './05-cert-manager/phase.ts'
import {ingress} from './06-ingress/phase.ts'
import {gitops} from './07-gitops/phase.ts'
import {monitoring} from './08-monitoring/phase.ts'
import {logging} from './09-logging/phase.ts'
import {security} from './14-security/phase.ts'
import {backup} from './15-backup/phase.ts'
import {withEarlierChoice} from './shared/earlier-choice.ts'
import {withNamespaces} from './shared/namespace-removal.ts'

export const phases: PlatformPhase[] = [prerequisites, networking, controlPlane, nodePools, cni, certManager, ingress, gitops, monitoring, logging, security, backup].map(withEarlierChoice).map(withNamespaces)
