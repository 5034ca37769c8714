/** The steps that bring the control plane to the new version and write it down. */
import {readFileSync} from 'node:fs'
import {LEADERS} from '../../checks/leaders.ts'
import type {PlatformContext, PlatformStep} from '../../context.ts'
import {asKpError, KpError} from '../../engine/errors.ts'
import type {Probe} from '../../engine/types.ts'
import type {EksUpdate} from '../../providers/aws/upgrade.ts'
import {writeFileAtomic} from '../../render/files.ts'
import {parseSpec} from '../../spec/load.ts'
import type {Path} from '../../spec/paths.ts'
import {resolveEnvironment} from '../../spec/resolve.ts'
import {writeSpec} from '../../spec/write.ts'
import type {Upgrading} from './upgrading.ts'
import {minorOf, plainVersion} from './versions.ts'

const AT = {phase: 'upgrade-control-plane'}
/** AWS says that it takes some minutes; it cannot be stopped. */
const EKS_MS = 90 * 60_000
const POLL_MS = 15_000

/** In order. */
export function controlPlaneSteps(upgrading: Upgrading): PlatformStep[] {
  return [controlPlaneStep(upgrading), specStep(upgrading), wellStep()]
}

function controlPlaneStep({plan: {target}}: Upgrading): PlatformStep {
  const id = 'upgrade/control-plane'
  const progress = (ctx: PlatformContext) => (text: string, percent?: number): void => ctx.emit({code: 'step.progress', ...AT, step: id, text, data: percent === undefined ? {} : {percent}})
  return {
    id,
    title: `Upgrade the control plane to ${target.to}`,
    risk: 'disruptive',
    timeoutMs: EKS_MS,
    settleMs: 60_000,
    probe: (ctx) => versionProbe(ctx, target.to),
    plan: (ctx) => Promise.resolve(ctx.aws === undefined
      ? {lines: [`stop etcd, API server, controllers and scheduler ${target.from}, start those of ${target.to} on the same data`], commands: [`kp upgrade --to ${target.to}`]}
      : {lines: [`have EKS update the control plane to ${target.toMinor}`], commands: [`aws eks update-cluster-version --name ${ctx.spec.environment.cluster} --kubernetes-version ${target.toMinor}`]}),
    async apply(ctx) {
      await ctx.change({doing: `upgrade the control plane to ${target.to}`, command: `kp upgrade --to ${target.to}`}, async () => {
        if (ctx.lab !== undefined) return ctx.lab.upgrade(target.toMinor, progress(ctx), ctx.signal)
        if (ctx.aws === undefined) throw new KpError({code: 'GATE', message: `kp does not upgrade a cluster of provider ${ctx.spec.provider.type} by itself`, next: ['kp upgrade --plan prints the order']})
        const eks = await ctx.aws.upgrade()
        await followUpdate(ctx, await eks.updateControlPlane(target.toMinor), (update) => eks.update(update), progress(ctx))
      })
      const {api} = await ctx.cluster()
      api.forgetResources()
    },
  }
}

/** Waits for an update of EKS. @throws KpError STEP_FAILED with what EKS says */
export async function followUpdate(ctx: PlatformContext, begun: EksUpdate, look: (id: string) => Promise<EksUpdate>, say: (text: string) => void): Promise<void> {
  let update = begun
  while (update.status === 'InProgress' || update.status === 'Unknown') {
    say(`EKS update ${update.id}: ${update.status}`)
    await ctx.clock.sleep(POLL_MS, ctx.signal)
    if (ctx.signal.aborted) throw new KpError({code: 'INTERRUPTED', message: 'stopped while EKS goes on with its update, which cannot be stopped', next: ['run the same command again: it is found and followed']})
    update = await look(update.id)
  }
  if (update.status === 'Successful') return
  const held = update.errors.some((line) => line.startsWith('PodEvictionFailure'))
  throw new KpError({code: 'STEP_FAILED', message: `EKS ended its update ${update.id} as ${update.status}: ${update.errors[0] ?? 'without a reason'}`, details: update.errors, next: held ? ['kp upgrade --plan, which names the budget that held a pod', 'then run the same command again'] : ['correct what EKS names, then run the same command again'], pitfalls: held ? ['KP1802'] : []})
}

async function versionProbe(ctx: PlatformContext, to: string): Promise<Probe> {
  try {
    const cluster = await ctx.cluster()
    const {gitVersion = ''} = ((await cluster.api.get('/version')) ?? {}) as {gitVersion?: string}
    const same = to.split('.').length > 2 ? plainVersion(gitVersion) === to : minorOf(gitVersion) === to
    const recorded = ctx.lab === undefined ? undefined : (await ctx.lab.status()).kubernetesVersion
    if (same && (recorded === undefined || recorded === to)) return {state: 'satisfied', observed: `the API server runs ${gitVersion}`}
    return {state: 'drifted', observed: same ? `the API server runs ${gitVersion}, and the lab is written down as ${recorded}` : `the API server runs ${gitVersion}`, differences: [{object: 'the control plane', field: 'version', wanted: to, seen: gitVersion}]}
  } catch (error) {
    // A control plane that was stopped by a killed upgrade answers nobody: that is what the step is for.
    return {state: 'drifted', observed: asKpError(error).message}
  }
}

function specStep({plan: {target}}: Upgrading): PlatformStep {
  return {
    id: 'upgrade/spec',
    title: `Write kubernetes.version "${target.toMinor}" into kp.yaml`,
    risk: 'none',
    probe(ctx) {
      const {version} = resolveEnvironment(parseSpec(ctx.paths.spec, readFileSync(ctx.paths.spec, 'utf8')).spec, ctx.spec.environment.name).kubernetes
      return Promise.resolve(version === target.toMinor ? {state: 'satisfied', observed: `kp.yaml says ${version}`} : {state: 'drifted', observed: `kp.yaml says ${version}`, differences: [{object: 'kp.yaml', field: 'kubernetes.version', wanted: target.toMinor, seen: version}]})
    },
    plan: () => Promise.resolve({lines: [`kubernetes.version: "${target.toMinor}"`], commands: []}),
    async apply(ctx) {
      await ctx.change({doing: 'write the version into kp.yaml', command: `edit ${ctx.paths.spec}: kubernetes.version: "${target.toMinor}"`}, () => writeFileAtomic(ctx.paths.spec, withVersion(ctx.paths.spec, readFileSync(ctx.paths.spec, 'utf8'), ctx.spec.environment.name, target)))
    },
  }
}

/** kp.yaml with the new version, of one environment where there are several or where it says so itself; comments stay. */
export function withVersion(path: string, text: string, environment: string, {toMinor, to}: {toMinor: string; to: string}): string {
  const {spec, document} = parseSpec(path, text)
  const index = spec.environments.findIndex(({name}) => name === environment)
  const at: Path = ['kubernetes', 'version']
  const own: Path = ['environments', index, ...at]
  const base: Path = document.hasIn(['environments', index]) && (spec.environments.length > 1 || document.hasIn(own)) ? ['environments', index] : []
  const pinned = [...base, 'kubernetes', 'patch'] as Path
  return writeSpec(text, [{path: [...base, ...at], value: toMinor}, ...(document.hasIn(pinned) ? [{path: pinned, value: Number(to.split('.')[2] ?? 0)}] : [])])
}

const WELL_MS = 3 * 60_000
const WELL_EVERY_MS = 1000
const WELL = ['control-plane.readyz', 'control-plane.controllers', 'control-plane.apiservices', 'node-pools.ready']

/**
 * Who leads anew: a Lease outlives a program that was ended by up to its duration, and until somebody renews it no
 * endpoint, budget or ReplicaSet follows what happens. Told by two looks, not by clocks.
 */
function leadersWatch(): (ctx: PlatformContext) => Promise<string[]> {
  const first = new Map<string, string>()
  const lead = new Set<string>()
  return async (ctx) => {
    const leases = (await (await ctx.cluster()).list('coordination.k8s.io/v1', 'Lease', {namespace: 'kube-system'})) ?? []
    return leases.flatMap(({metadata: {name}, spec}) => {
      if (!LEADERS.includes(name) || lead.has(name)) return []
      const {renewTime = ''} = spec as {renewTime?: string}
      const before = first.get(name) ?? renewTime
      first.set(name, before)
      if (before !== renewTime) lead.add(name)
      return before === renewTime ? [`${name} was not seen to renew its lease yet`] : []
    })
  }
}

function wellStep(): PlatformStep {
  const troubles = controlPlaneTroubles()
  return {
    id: 'upgrade/verify-control-plane',
    title: 'Look whether the control plane and all nodes are well',
    risk: 'none',
    settleMs: WELL_MS,
    async probe(ctx) {
      const bad = await troubles(ctx)
      return bad.length === 0 ? {state: 'satisfied', observed: 'all is well'} : {state: 'drifted', observed: bad.join('; '), differences: bad.map((object) => ({object}))}
    },
    plan: () => Promise.resolve({lines: ['wait until it is'], commands: ['kp verify control-plane node-pools']}),
    apply: () => Promise.resolve(),
  }
}

/** Looks for what is not well, again and again. */
function controlPlaneTroubles(): (ctx: PlatformContext) => Promise<string[]> {
  const leaders = leadersWatch()
  return async (ctx) => {
    ctx.changed()
    const bad = await leaders(ctx).catch((error: unknown) => [`leases: ${asKpError(error).message}`])
    for (const id of WELL) {
      const check = ctx.phases.flatMap(({checks}) => checks).find((one) => one.id === id)
      if (check === undefined || (check.appliesTo?.(ctx) ?? true) !== true) continue
      const said = await check.run(ctx).catch((error: unknown) => ({status: 'unknown' as const, observed: asKpError(error).message}))
      if (said.status === 'fail' || said.status === 'unknown') bad.push(`${id}: ${said.observed}`)
    }
    return bad
  }
}

/** Starts what a killed upgrade had stopped, or what ends only now, until the API server knows who may do what. What does not come whoever asks next says. */
export async function untilApiAnswers(ctx: PlatformContext): Promise<void> {
  const {lab} = ctx
  for (const until = ctx.clock.now() + WELL_MS; lab !== undefined && !ctx.stopping() && ctx.clock.now() < until; await ctx.clock.sleep(WELL_EVERY_MS, ctx.signal)) {
    ctx.changed()
    const {state} = await lab.status()
    if (state === 'stopped' || state === 'degraded') {
      await ctx.change({doing: 'start what an upgrade had stopped', command: `kp lab up ${lab.name}`}, async () => lab.start((text) => ctx.emit({code: 'note', text}), ctx.signal))
      ctx.changed()
    }
    const status = await ctx.cluster().then(async ({api}) => (await api.request({path: '/api', answerAtOnce: true, timeoutMs: 5000})).status).catch(() => undefined)
    if (status === 200) return
  }
}

/** Waits until a control plane that was cut off in the middle is itself again. What is not well then the gates say. */
export async function untilControlPlaneIsWell(ctx: PlatformContext): Promise<void> {
  const troubles = controlPlaneTroubles()
  const until = ctx.clock.now() + WELL_MS
  for (let told = ''; !ctx.stopping() && ctx.clock.now() < until; ) {
    const [first] = await troubles(ctx)
    if (first === undefined) return
    if (first !== told) ctx.emit({code: 'note', text: `an upgrade was cut off: waiting until the control plane is well: ${first}`})
    told = first
    await ctx.clock.sleep(WELL_EVERY_MS, ctx.signal)
  }
}
