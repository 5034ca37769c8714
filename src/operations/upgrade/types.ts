/** What an upgrade is made of, as values. */
import type {PlatformContext} from '../../context.ts'
import type {DrainSimulation} from '../drain/simulate.ts'
import type {UpgradeTarget} from './versions.ts'

/** What a gate says. unknown: it could not be seen, which is not good enough. */
export type GateStatus = 'pass' | 'warn' | 'fail' | 'unknown' | 'not-applicable'

/** One thing that stands in the way, with where it was seen. */
export interface GateProblem {
  what: string
  source: string
  fix: string
}

/** The answer of a gate. */
export interface GateAnswer {
  status: GateStatus
  /** A sentence. */
  reason: string
  /** What to do, a command where there is one; null where nothing is to be done. */
  fix: string | null
  problems?: GateProblem[]
  /** What an upgrade that may does about it first. */
  first?: string
}

/** A gate with its answer. */
export interface GateResult extends Omit<GateAnswer, 'first'> {
  id: string
  title: string
  /** Why it was passed over. */
  waived: string | null
  /** What kp does about it as the first step of the upgrade, once it may; null where it does nothing. */
  first: string | null
}

/** What gates look at besides the platform. */
export interface GateContext {
  ctx: PlatformContext
  target: UpgradeTarget
  /** Undefined where the cluster does not show what it needs; then with the reason. */
  drain: {simulation: DrainSimulation; surges?: readonly Surge[]} | {reason: string}
}

/** A question that must be answered well before an upgrade begins. */
export interface Gate {
  id: string
  /** A sentence that is true when it passes. */
  title: string
  /** For which upgrades it is asked; default all but that of add-ons alone. */
  kinds?: readonly UpgradeTarget['kind'][]
  run(context: GateContext): Promise<GateAnswer>
}

/** A component whose version goes with the minor. */
export interface AddonChange {
  component: string
  from: string
  to: string
}

/** A part of the order in which things are done. */
export interface OrderItem {
  id: string
  title: string
  nodes: string[]
  /** From past runs, in seconds; null where there was none. */
  estimateSeconds: number | null
}

/** Nodes that are emptied at the same time. */
export interface Wave {
  id: string
  title: string
  nodes: string[]
}

/** A node that is there for the time of another one, of the same pool and zone. */
export interface Surge {
  /** Beside which. */
  node: string
  name: string
  /** Whether an upgrade that was cut off has brought it. */
  isThere: boolean
}

/** What blocks: these are not passed by going on. */
export const BLOCKING: readonly GateStatus[] = ['fail', 'unknown']
