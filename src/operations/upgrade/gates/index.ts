/** Every gate, in the order in which they are told. */
import {KpError, asKpError} from '../../../engine/errors.ts'
import {didYouMean} from '../../../engine/spelling.ts'
import {BLOCKING} from '../types.ts'
import type {Gate, GateAnswer, GateContext, GateResult} from '../types.ts'
import {backupGate} from './backup.ts'
import {componentsGate} from './components.ts'
import {drainGate} from './drain.ts'
import {gateFromChecks} from './from-checks.ts'
import {lockGate} from './lock.ts'
import {removedApisGate} from './removed-apis.ts'
import {skewGate} from './skew.ts'

/** See the file's head. */
export const GATES: readonly Gate[] = [
  skewGate,
  removedApisGate,
  componentsGate,
  gateFromChecks({id: 'health', title: 'The control plane and the nodes are well', kinds: ['minor', 'patch', 'addons'], checks: ['control-plane.readyz', 'control-plane.controllers', 'control-plane.apiservices', 'node-pools.ready', 'node-pools.cordoned'], soft: ['node-pools.cordoned'], absent: 'nothing can be asked'}),
  gateFromChecks({id: 'webhooks', title: 'No admission webhook can bring the upgrade to a stop', checks: ['control-plane.webhooks', 'control-plane.webhook-scope', 'control-plane.conversion'], soft: ['control-plane.webhook-scope'], absent: 'there are no webhooks'}),
  drainGate,
  gateFromChecks({id: 'certificates', title: 'No certificate ends while the upgrade is under way', checks: ['control-plane.cert-expiry', 'day2.certificates', 'cert-manager.certificates', 'cert-manager.renewal'], absent: 'there are no certificates to look at'}),
  gateFromChecks({id: 'addresses', title: 'There are addresses and quotas for the machines that come beside the old ones', checks: ['networking.ip-headroom', 'networking.zone-offers'], absent: 'no machine comes beside another here'}),
  backupGate,
  gateFromChecks({id: 'alerts', title: 'Nothing pages, and there is error budget left', checks: ['monitoring.firing', 'slo.budget'], hard: ['monitoring.firing', 'slo.budget'], absent: 'the platform has no monitoring'}),
  gateFromChecks({id: 'experiments', title: 'No experiment is left in the cluster', checks: ['chaos.residue'], absent: 'there is no Chaos Mesh'}),
  lockGate,
]

/** Reasons for which gates are passed over, by their ids. */
export type Waivers = ReadonlyMap<string, string>

/** @throws KpError USAGE for a gate that there is not, or that is waived for no reason */
export function requireWaivers(waive: readonly string[], reason: string | undefined): Waivers {
  const known = GATES.map(({id}) => id)
  for (const id of waive) if (!known.includes(id)) throw new KpError({code: 'USAGE', message: `there is no gate "${id}"${didYouMean(id, known)}`, details: known, next: ['kp upgrade --plan, to see them']})
  if (waive.length > 0 && (reason ?? '').trim().length < 5) throw new KpError({code: 'USAGE', message: 'a gate is only waived with a reason', next: [`kp upgrade --waive ${waive[0]} --reason "why it is safe"`]})
  if (waive.length === 0 && reason !== undefined) throw new KpError({code: 'USAGE', message: '--reason is for --waive', next: ['kp upgrade --waive GATE --reason TEXT']})
  return new Map(waive.map((id) => [id, reason ?? '']))
}

/** Asks all gates that the upgrade has. One that cannot answer is unknown. */
export async function askGates(context: GateContext, waivers: Waivers): Promise<GateResult[]> {
  const asked = GATES.filter(({kinds = ['minor', 'patch']}) => kinds.includes(context.target.kind))
  const results: GateResult[] = []
  for (const {id, title, run} of asked) {
    const answer = await run(context).catch((error: unknown): GateAnswer => ({status: 'unknown', reason: asKpError(error).message, fix: 'kp verify'}))
    results.push({id, title, ...answer, first: answer.first ?? null, waived: BLOCKING.includes(answer.status) ? (waivers.get(id) ?? null) : null})
  }
  return results
}

/** The gates that stand in the way. */
export const blocking = (gates: readonly GateResult[]): GateResult[] => gates.filter(({status, waived}) => BLOCKING.includes(status) && waived === null)

/** Those that stand in the way also of an upgrade that does first what can be done. */
export const refusing = (gates: readonly GateResult[]): GateResult[] => blocking(gates).filter(({first}) => first === null)
