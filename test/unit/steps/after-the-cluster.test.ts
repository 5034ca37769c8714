/** No step begins before the cluster that it works on is there: on a fresh platform it would find none, and the run would end. */
import {expect, it} from 'vitest'
import {readOnlyPlatform} from '../../../scripts/docs/platform.ts'
import type {PlatformContext, PlatformPhase} from '../../../src/context.ts'
import {nodesOf, openPhase} from '../../../src/engine/phase-run.ts'
import {orderNodes} from '../../../src/engine/graph.ts'
import {defaultPlatform} from '../../../src/spec/defaults.ts'
import {parseSpec} from '../../../src/spec/load.ts'
import {resolveEnvironment} from '../../../src/spec/resolve.ts'
import type {EnvironmentSpec} from '../../../src/spec/types.ts'
import {phases} from '../../../src/steps/index.ts'
import {everyCoveringSpec} from '../../helpers/covering-set.ts'
import {eksSpec} from '../../helpers/eks.ts'
import {bareMetalProvider, bareMetalSpec, kubeadmSpec} from '../../helpers/kubeadm.ts'
import {PROJECT} from '../../helpers/run-kp.ts'

/** What comes before a cluster, or makes it. */
const BEFORE = new Set(['prerequisites', 'networking', 'control-plane'])

const base = await readOnlyPlatform(PROJECT)

/** Steps of later phases that nothing keeps from beginning before the control plane is there. */
function tooEarly(ctx: PlatformContext, all: readonly PlatformPhase[] = phases): string[] {
  const active = all.filter((phase) => (phase.appliesTo?.(ctx) ?? true) === true)
  const nodes = active.flatMap((phase) => nodesOf<PlatformContext>(openPhase<PlatformContext>(phase, ctx), ctx))
  const after = new Map(nodes.map(({id, after: names}) => [id, names]))
  const waits = (id: string, seen = new Set<string>()): boolean => {
    if (id.split('/')[0] === 'control-plane') return true
    if (seen.has(id)) return false
    seen.add(id)
    return (after.get(id) ?? []).some((name) => waits(name, seen))
  }
  return nodes.filter(({id, run, step}) => !BEFORE.has(run.phase.id) && step !== undefined && (step.appliesTo?.(ctx) ?? true) === true && !waits(id)).map(({id}) => id)
}

it.each(everyCoveringSpec())('$name, $what', ({name, spec}) => {
  const resolved = resolveEnvironment(parseSpec('kp.yaml', defaultPlatform({name, ...spec})).spec, undefined)
  expect(tooEarly({...base, spec: resolved} as unknown as PlatformContext)).toEqual([])
})

/** A provider each, and what it changes in the order of things. */
const PROVIDERS: [string, EnvironmentSpec][] = [
  ['eks', eksSpec()],
  ['kubeadm-aws', kubeadmSpec()],
  ['bare-metal with MetalLB and TopoLVM', bareMetalSpec({provider: bareMetalProvider({loadBalancer: 'metallb', storage: 'topolvm', volumeGroup: 'data'}), phases: {backup: {snapshots: false}}})],
  ['kind with MetalLB', eksSpec({provider: {type: 'kind', loadBalancer: 'metallb', addresses: ['172.18.255.200-172.18.255.220']}})],
  ['existing', eksSpec({provider: {type: 'existing', kubeconfig: 'kubeconfig'}})],
]

it.each(PROVIDERS)('on %s no two steps wait for each other', (_what, spec) => {
  const ctx = {...base, spec, provider: {...base.provider, id: spec.provider.type, simulated: false}} as unknown as PlatformContext
  const active = phases.filter((phase) => (phase.appliesTo?.(ctx) ?? true) === true)
  const nodes = active.flatMap((phase) => nodesOf<PlatformContext>(openPhase<PlatformContext>(phase, ctx), ctx))
  expect(nodes.length).toBeGreaterThan(50)
  expect(() => orderNodes(nodes)).not.toThrow()
})

it('finds a step that waits for nothing', () => {
  const planted = phases.map((phase) => (phase.id === 'cost' ? {...phase, steps: (ctx: PlatformContext) => phase.steps(ctx).map((step, index) => (index === 0 ? {...step, appliesTo: () => true as const, after: []} : step))} : phase))
  expect(tooEarly(base as unknown as PlatformContext, planted)).toEqual([planted.find(({id}) => id === 'cost')?.steps(base as unknown as PlatformContext)[0]?.id])
})
