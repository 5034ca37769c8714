/** A drill whose kp died: found, and taken back, by the next one that may change something, or by its dead-man. */
import type {PlatformContext} from '../../context.ts'
import {KpError} from '../../engine/errors.ts'
import {isAlive} from '../../engine/processes.ts'
import {drillFolder, openDrillMemory} from './memory.ts'
import type {ActiveDrill} from './memory.ts'
import {readRecords, writeRecord} from './records.ts'
import {undoDrill} from './undo.ts'

const AWAKE_MS = 120_000
const AWAKE_EVERY_MS = 500

/** What was taken back. */
export interface SettledDrill {
  active: ActiveDrill
  done: string[]
  left: string[]
}

/** The drill that was begun and is not taken back; undefined where there is none, or its kp is at work. */
export function leftDrill(ctx: Pick<PlatformContext, 'paths'>): ActiveDrill | undefined {
  const active = openDrillMemory(drillFolder(ctx)).read()
  return active === undefined || isAlive(active.owner) === true ? undefined : active
}

/**
 * Takes back what a dead kp left, and writes its record. Called with the lock held, so that nobody else is at work.
 * @throws KpError GATE where something of it stays
 */
export async function settleDrill(ctx: PlatformContext): Promise<SettledDrill | undefined> {
  const active = leftDrill(ctx)
  return active === undefined ? undefined : takeBack(ctx, active)
}

/** The API server that a drill had ended may be coming up: until it serves kp, nothing can be asked of it. One that is not started again is for the undo. */
export async function awakeAfterDrill(ctx: PlatformContext): Promise<void> {
  if (ctx.lab === undefined || leftDrill(ctx)?.changes.some(({did}) => did === 'ended') !== true) return
  for (const until = ctx.clock.now() + AWAKE_MS; !ctx.stopping() && ctx.clock.now() < until; await ctx.clock.sleep(AWAKE_EVERY_MS, ctx.signal)) {
    ctx.changed()
    if ((await ctx.presence()).state !== 'running') return
    const status = await ctx.cluster().then(async ({api}) => (await api.request({path: '/api', answerAtOnce: true, timeoutMs: 5000})).status).catch(() => undefined)
    if (status === 200) return
  }
}

/** The same for a drill whose process may still be there: its dead-man does it when its time is over. */
export async function takeBack(ctx: PlatformContext, active: ActiveDrill): Promise<SettledDrill> {
  const memory = openDrillMemory(drillFolder(ctx))
  if (await isAnotherCluster(ctx, active)) {
    memory.forget()
    ctx.emit({code: 'note', text: `the drill ${active.drill} of ${active.startedAt} was in a cluster that is no more: there is nothing to take back`})
    return {active, done: [], left: []}
  }
  ctx.emit({code: 'warning', text: `the drill ${active.drill} (${active.target}) was cut off at its work: it is taken back first`})
  const undone = await undoDrill(ctx, active)
  ctx.changed()
  if (undone.left.length > 0) {
    throw new KpError({code: 'GATE', message: `the drill ${active.drill} cannot be taken back whole`, details: undone.left, next: ['kp drills undo, once what is in its way is gone', `kp runbook ${active.runbook.replace(/\.md$/, '')}`]})
  }
  memory.forget()
  for (const line of undone.done) ctx.emit({code: 'note', text: `drill ${active.drill}: ${line}`})
  await recordCutOff(ctx, active)
  return {active, ...undone}
}

async function isAnotherCluster(ctx: PlatformContext, active: ActiveDrill): Promise<boolean> {
  const presence = await ctx.presence()
  if (presence.state === 'absent') return true
  // One that does not answer now may do so because of the drill.
  if (presence.state !== 'running' || active.clusterUid === '') return false
  const system = await (await ctx.cluster()).get('v1', 'Namespace', 'kube-system').catch(() => undefined)
  return system !== undefined && system.metadata.uid !== active.clusterUid
}

/** A run that was cut off has a record too: nobody shall think that it held. */
async function recordCutOff(ctx: PlatformContext, active: ActiveDrill): Promise<void> {
  const folder = drillFolder(ctx)
  const now = new Date(ctx.clock.now()).toISOString()
  await writeRecord(folder, {
    schema: 'kp/drill/v1', id: active.id, name: active.drill, title: active.drill, environment: active.environment, cluster: ctx.spec.environment.cluster, simulated: ctx.provider.simulated,
    verdict: active.injected ? 'aborted' : 'not-started', reasons: ['its kp was ended in the middle of it; the next kp took it back'], hypothesis: active.hypothesis, target: active.target, runbook: active.runbook, startedAt: active.startedAt, endedAt: now,
    guards: [], timeline: [], ttdSeconds: null, detectedBy: null, signalSeconds: null, ttrSeconds: null, requests: {sent: 0, failed: 0, longestGapMs: 0}, users: null, budgetBurned: null, objective: null, undone: true, left: [], durationSeconds: Math.max(0, Math.round((ctx.clock.now() - Date.parse(active.startedAt)) / 1000)), record: null, alerts: [],
  }, readRecords(folder))
}
