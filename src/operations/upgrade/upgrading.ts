/** What the steps of an upgrade share. */
import type {RequestCount, RequestWatch} from '../requests.ts'
import type {LossBudget} from './loss.ts'
import type {UpgradePlan} from './plan.ts'

/** What became of a node. */
export interface NodeReport {
  node: string
  zone: string | null
  from: string
  to: string
  result: 'upgraded' | 'failed'
  evictions: number
  durationMs: number
  /** While it was upgraded; null where nobody could be asked. */
  requests: RequestCount | null
}

/** What the steps of an upgrade share. */
export interface Upgrading {
  plan: UpgradePlan
  soakSeconds: number
  drainLimitMs: number
  loss: LossBudget
  /** Undefined where nobody can be asked from outside. */
  watch: RequestWatch | undefined
  nodes: Map<string, NodeReport>
}
