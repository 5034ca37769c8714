/** The steps that upgrade nodes: wave after wave, with a look between. Each looks at its node first, so that a killed upgrade goes on where it is. */
import type {PlatformContext, PlatformStep} from '../../context.ts'
import {KpError} from '../../engine/errors.ts'
import type {KubeObject} from '../../tools/kube-api.ts'
import {CORDONED_BY} from '../drain/evict.ts'
import {annotateNode, serviceNode} from '../nodes/service.ts'
import {newTroubles, lookForTroubles} from './health.ts'
import type {Troubles} from './health.ts'
import {complainAboutLoss} from './loss.ts'
import {surgeEndStep, surgeStep} from './surge-steps.ts'
import type {NodeReport, Upgrading} from './upgrading.ts'
import type {Wave} from './types.ts'
import {hasVersion, kubeletOf, UPGRADE as BY} from './waves.ts'

/** Annotation: when kp upgraded it. The first node is watched for a while from then on. */
const UPGRADED_AT = 'kp.dev/upgraded-at'
const BACK_MS = 5 * 60_000
const VERIFY_MS = 3 * 60_000

/** All of them, in order. */
export function nodeSteps(upgrading: Upgrading, before: Troubles): PlatformStep[] {
  const steps: PlatformStep[] = []
  // Also where several nodes go at once, what the lab runs comes before the first of them.
  const {waves, surges, leftSurges} = upgrading.plan
  let previous: string[] = ['upgrade/lab-services']
  const push = (...more: PlatformStep[]): void => {
    steps.push(...more.map((step) => ({...step, after: previous})))
    if (more.length > 0) previous = more.map(({id}) => id)
  }
  for (const name of leftSurges) push(surgeEndStep(upgrading, name))
  for (const [index, wave] of waves.entries()) {
    const own = surges.filter(({node}) => wave.nodes.includes(node))
    push(...own.map((surge) => surgeStep(upgrading, surge)))
    push(...wave.nodes.map((node) => nodeStep(upgrading, node)))
    if (wave.id === 'canary' && upgrading.soakSeconds > 0) push(soakStep(upgrading, wave.nodes[0] ?? ''))
    for (const {name} of own) push(surgeEndStep(upgrading, name))
    push(verifyStep(upgrading, index + 1, wave, before))
  }
  return steps
}

function nodeStep(upgrading: Upgrading, name: string): PlatformStep {
  const {to} = upgrading.plan.target
  const id = `upgrade/node/${name}`
  const at = {phase: 'upgrade-nodes', step: id}
  return {
    id,
    title: `Upgrade node ${name}`,
    risk: 'disruptive',
    timeoutMs: upgrading.drainLimitMs + BACK_MS + 60_000,
    settleMs: 30_000,
    async probe(ctx) {
      const node = await nodeOf(ctx, name)
      if (node === undefined) return {state: 'satisfied', observed: `${name} is gone`}
      if (hasVersion(node, to) && node.metadata.annotations?.[CORDONED_BY] !== BY) return {state: 'satisfied', observed: `${name} runs ${kubeletOf(node)}`}
      return {state: 'drifted', observed: `${name} runs ${kubeletOf(node)}${node.metadata.annotations?.[CORDONED_BY] === BY ? ' and is cordoned by an upgrade' : ''}`, differences: [{object: `Node ${name}`, field: 'status.nodeInfo.kubeletVersion', wanted: `v${to}`, seen: kubeletOf(node)}]}
    },
    plan: () => Promise.resolve({lines: [`empty ${name}, give it the kubelet ${to}, let pods come again`], commands: [`kubectl drain ${name} --ignore-daemonsets --delete-emptydir-data`, `kubectl uncordon ${name}`]}),
    async apply(ctx) {
      const node = await nodeOf(ctx, name)
      const from = node === undefined ? '' : kubeletOf(node)
      const started = ctx.clock.now()
      const count = upgrading.watch?.mark()
      const report = (result: NodeReport['result'], evictions: number): void => {
        upgrading.nodes.set(name, {node: name, zone: node?.metadata.labels?.['topology.kubernetes.io/zone'] ?? null, from, to: `v${to}`, result, evictions, durationMs: ctx.clock.now() - started, requests: count?.() ?? null})
      }
      try {
        const {evicted} = await serviceNode(ctx, {
          node: name, by: BY, limitMs: upgrading.drainLimitMs, at, backMs: BACK_MS,
          act: () => giveKubelet(ctx, name, to),
          done: (now) => hasVersion(now, to),
        })
        report('upgraded', evicted.length)
      } catch (error) {
        report('failed', 0)
        throw error
      }
      stopOnLoss(upgrading)
    },
  }
}

/** The lab's nodes report the kubelet that an annotation names. */
async function giveKubelet(ctx: PlatformContext, name: string, to: string): Promise<void> {
  if (ctx.lab === undefined) throw new KpError({code: 'BUG', message: 'nodes of this provider are not upgraded one by one'})
  await annotateNode(ctx, name, {[ctx.lab.kubeletAnnotation]: `v${to}`, [UPGRADED_AT]: new Date(ctx.clock.now()).toISOString()})
}

function soakStep({soakSeconds}: Upgrading, name: string): PlatformStep {
  return {
    id: 'upgrade/soak',
    title: `Watch ${name} for ${soakSeconds} seconds`,
    risk: 'none',
    timeoutMs: soakSeconds * 1000 + 60_000,
    async probe(ctx) {
      const left = await leftOf(ctx, name, soakSeconds)
      return left <= 0 ? {state: 'satisfied', observed: `${name} has run for ${soakSeconds} seconds`} : {state: 'absent', observed: `${name} is to be watched for ${Math.ceil(left / 1000)} seconds more`}
    },
    plan: () => Promise.resolve({lines: [`wait ${soakSeconds} seconds and look`], commands: []}),
    async apply(ctx) {
      for (let left = await leftOf(ctx, name, soakSeconds); left > 0 && !ctx.stopping() && !ctx.signal.aborted; left = await leftOf(ctx, name, soakSeconds)) await ctx.clock.sleep(Math.min(left, 500), ctx.signal)
      if (ctx.stopping()) throw new KpError({code: 'INTERRUPTED', message: `stopped while ${name} was watched`, next: ['run the same command again']})
    },
  }
}

async function leftOf(ctx: PlatformContext, name: string, soakSeconds: number): Promise<number> {
  const at = Date.parse((await nodeOf(ctx, name))?.metadata.annotations?.[UPGRADED_AT] ?? '')
  // A node that was brought by something else has been there for as long as nobody knows: it is not waited for.
  return Number.isNaN(at) ? 0 : at + soakSeconds * 1000 - ctx.clock.now()
}

function verifyStep(upgrading: Upgrading, number: number, wave: Wave, before: Troubles): PlatformStep {
  return {
    id: `upgrade/verify-${number}`,
    title: `Look whether all is well after ${wave.nodes.length === 1 ? wave.nodes[0] : `wave ${wave.id}`}`,
    risk: 'none',
    settleMs: VERIFY_MS,
    async probe(ctx) {
      stopOnLoss(upgrading)
      const found = newTroubles(before, await lookForTroubles(ctx))
      return found.length === 0 ? {state: 'satisfied', observed: 'nodes are ready, budgets hold'} : {state: 'drifted', observed: found.join('; '), differences: found.map((object) => ({object}))}
    },
    plan: () => Promise.resolve({lines: ['wait until nodes are ready and budgets hold'], commands: ['kubectl get nodes', 'kubectl get poddisruptionbudgets -A']}),
    apply: () => Promise.resolve(),
  }
}

/** @throws KpError STEP_FAILED where users lose more than they may */
export function stopOnLoss({watch, loss}: Upgrading): void {
  const why = watch === undefined ? undefined : complainAboutLoss(watch.total(), loss)
  if (why === undefined) return
  throw new KpError({
    code: 'STEP_FAILED',
    message: `the upgrade stops, users lose too much: ${why}`,
    details: [watch?.lastFailure() ?? ''].filter((line) => line !== ''),
    next: ['kp diagnose', 'then run the same command again, or with a larger --max-lost and --max-gap'],
  })
}

async function nodeOf(ctx: PlatformContext, name: string): Promise<KubeObject | undefined> {
  const {api} = await ctx.cluster()
  return (await api.get(`/api/v1/nodes/${encodeURIComponent(name)}`)) as KubeObject | undefined
}
