/** Whether what runs on the target finds another place: by the same rules as the drains of an upgrade. */
import type {PlatformContext} from '../../context.ts'
import {loseNodes} from '../drain/lost.ts'
import {readDrainInput} from '../drain/read.ts'
import type {DrainInput} from '../drain/simulate.ts'
import type {Target} from './targets.ts'
import type {GuardResult} from './types.ts'

const NAMED = 3

/** Reads the cluster, and looks for places. */
export async function roomGuard(ctx: PlatformContext, target: Target): Promise<GuardResult> {
  if (target.nodes.length === 0) return {id: 'capacity', status: 'not-applicable', reason: 'no node is lost'}
  return judgeRoom(await readDrainInput(ctx), target.nodes)
}

/** Pure. What has no room fails; what its volume or its own rule lets nowhere else waits for its node, which is said. */
export function judgeRoom(input: DrainInput, lost: readonly string[]): GuardResult {
  const {moved, noRoom, waiting, unknown} = loseNodes(input, lost)
  const [none] = noRoom
  const said = `${moved} ${moved === 1 ? 'pod finds' : 'pods find'} a place on the other nodes`
  if (none !== undefined) return {id: 'capacity', status: 'fail', reason: `${said}, ${noRoom.length} ${noRoom.length === 1 ? 'does' : 'do'} not: ${none.pod}: ${none.reason}`, fix: none.fix}
  const rest = [...waiting.length === 0 ? [] : [`until it is back ${waiting.length === 1 ? 'waits' : 'wait'} ${named(waiting)}`], ...unknown.length === 0 ? [] : [`not known for ${named(unknown)}`]]
  return rest.length === 0 ? {id: 'capacity', status: 'pass', reason: said} : {id: 'capacity', status: 'warn', reason: [said, ...rest].join('; ')}
}

function named(pods: readonly {pod: string}[]): string {
  return `${pods.slice(0, NAMED).map(({pod}) => pod).join(', ')}${pods.length > NAMED ? ` and ${pods.length - NAMED} more` : ''}`
}
