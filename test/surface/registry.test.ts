/** The registry of phases is whole: what a phase, step, check or pitfall names is there. */
import {existsSync, readdirSync, readFileSync} from 'node:fs'
import {join} from 'node:path'
import {describe, expect, it} from 'vitest'
import {readCommands} from '../../scripts/docs/commands.ts'
import {readOnlyPlatform} from '../../scripts/docs/platform.ts'
import type {PlatformPhase} from '../../src/context.ts'
import {orderNodes} from '../../src/engine/graph.ts'
import {drillNames, readDrill} from '../../src/operations/drill/load.ts'
import {phases} from '../../src/steps/index.ts'
import {PHASE_IDS} from '../../src/spec/schema/phases.ts'
import {builderOf} from '../../src/steps/shared/component.ts'
import {helmRelease} from '../../src/steps/shared/helm-release.ts'
import {appliedChart} from '../../src/steps/shared/applied-chart.ts'
import {PROJECT} from '../helpers/run-kp.ts'

const PLATFORMS = {
  lab: await readOnlyPlatform(PROJECT),
  'a lab of two pools': await readOnlyPlatform(PROJECT, {nodePools: [{name: 'general'}, {name: 'spot', capacity: 'spot', min: 0, max: 3}]} as never),
  'a lab without the optional phases': await readOnlyPlatform(PROJECT, {phases: {cni: {enabled: false}, 'cert-manager': {enabled: false}, ingress: {enabled: false}, logging: {agent: 'vector', backend: {type: 'http', url: 'https://logs.example.com/in'}}}}),
  'a lab with Argo CD': await readOnlyPlatform(PROJECT, {repository: 'https://git.example.com/acme/platform.git', phases: {gitops: {handOver: true}}}),
  'a lab with Flux': await readOnlyPlatform(PROJECT, {repository: 'https://git.example.com/acme/platform.git', phases: {gitops: {tool: 'flux', handOver: true}}}),
  'a lab with Calico': await readOnlyPlatform(PROJECT, {phases: {cni: {plugin: 'calico'}}}),
  'a lab with Traefik and Kyverno': await readOnlyPlatform(PROJECT, {phases: {security: {engine: 'kyverno'}, ingress: {controller: 'traefik', externalDns: {enabled: true}}}} as never),
  'a lab with ingress-nginx and Gatekeeper': await readOnlyPlatform(PROJECT, {phases: {security: {engine: 'gatekeeper'}, ingress: {controller: 'ingress-nginx'}}} as never),
  'a lab with the AWS Load Balancer Controller': await readOnlyPlatform(PROJECT, {phases: {ingress: {controller: 'aws-load-balancer-controller'}}} as never),
  'a lab with Linkerd': await readOnlyPlatform(PROJECT, {phases: {mesh: {enabled: true, inject: ['demo']}}}),
  'a lab with Istio': await readOnlyPlatform(PROJECT, {phases: {mesh: {enabled: true, type: 'istio', inject: ['demo']}}} as never),
  existing: await readOnlyPlatform(PROJECT, {provider: {type: 'existing', kubeconfig: 'kubeconfig'}, email: 'ops@example.org', domain: 'example.org'} as never),
}
const named = phases.map((phase): [string, PlatformPhase] => [phase.id, phase])
const checks = phases.flatMap((phase) => phase.checks)
const checkIds = new Set(checks.map((check) => check.id))
/** Every phase and step of any platform: one without a gateway has no step that opens it. */
const names = new Set(Object.values(PLATFORMS).flatMap((ctx) => phases.flatMap((phase) => [phase.id, ...phase.steps(ctx).map(({id}) => id)])))
const pitfallCodes = new Set(phases.flatMap((phase) => phase.pitfalls.map((pitfall) => pitfall.code)))

describe('the list of phases', () => {
  it('is in the order of their numbers, which are those of kp.yaml', () => {
    const numbers = phases.map((phase) => phase.number)
    expect(numbers).toEqual([...new Set(numbers)].toSorted((one, other) => one - other))
    for (const phase of phases) expect(PHASE_IDS[phase.number]).toBe(phase.id)
  })

  it('has a command for each', async () => {
    const commands = (await readCommands(PROJECT)).map((command) => command.id)
    expect(commands.filter((id) => id.startsWith('step '))).toEqual(phases.map((phase) => `step ${phase.id}`).toSorted())
  })

  it('has a folder for each, named by number and id', () => {
    const folders = readdirSync(join(PROJECT, 'src', 'steps')).filter((name) => /^\d\d-/.test(name))
    expect(folders).toEqual(phases.map((phase) => `${String(phase.number).padStart(2, '0')}-${phase.id}`))
  })

  it.each(Object.entries(PLATFORMS))('can be ordered on %s, with dependencies that exist', (_, ctx) => {
    const nodes = phases.map((phase) => ({id: phase.id, after: phase.dependsOn(ctx)}))
    for (const {after} of nodes) for (const id of after) expect(phases.map((phase) => phase.id)).toContain(id)
    expect(orderNodes(nodes).map((node) => node.id)).toHaveLength(phases.length)
  })
})

describe.each(named)('phase %s', (id, phase) => {
  it('says what, why and how', () => {
    for (const text of [phase.title, phase.what, phase.why, ...phase.how]) expect(text.trim()).not.toBe('')
    expect(phase.how.length).toBeGreaterThanOrEqual(3)
  })

  it('has checks and pitfalls', () => {
    expect(phase.checks.length).toBeGreaterThanOrEqual(1)
    expect(phase.pitfalls.length).toBeGreaterThanOrEqual(1)
  })

  it('names its checks after itself, as sentences', () => {
    for (const check of phase.checks) {
      expect(check.id).toMatch(new RegExp(`^${id}\\.[a-z0-9-]+$`))
      expect(check.title, check.id).toMatch(/^\S.*[^.]$/)
      expect(check.title, check.id).toMatch(/^(?:[A-Z]|kp |cert-manager )/)
    }
  })

  it.each(Object.entries(PLATFORMS))('has well-formed steps on %s', (_, ctx) => {
    const steps = phase.steps(ctx)
    expect(steps.length).toBeGreaterThanOrEqual(1)
    for (const step of steps) {
      expect(step.id).toMatch(new RegExp(`^${id}/[a-z0-9-]+$`))
      expect(step.title, step.id).toMatch(/^[A-Z].*[^.]$/)
      const own = phase.checks.map((check) => check.id)
      for (const check of step.verify ?? []) expect(own, `${step.id} is proven by ${check}`).toContain(check)
      if (step.component !== undefined) expect(ctx.catalog.has(step.component)).toBe(true)
      // A name that does not exist would count as done.
      for (const name of step.after ?? []) expect(names, `${step.id} comes after ${name}`).toContain(name)
    }
  })
})

describe('ids', () => {
  it.each(Object.entries(PLATFORMS))('of steps are unique on %s', (_, ctx) => {
    const ids = phases.flatMap((phase) => phase.steps(ctx).map((step) => step.id))
    expect(new Set(ids).size).toBe(ids.length)
  })

  it.each(Object.entries(PLATFORMS))('of steps that come after others make no circle on %s', (_, ctx) => {
    const nodes = phases.flatMap((phase) => {
      const steps = phase.steps(ctx)
      return [
        ...steps.map((step, index) => ({id: step.id, after: step.after ?? [...phase.dependsOn(ctx), ...(steps[index - 1] === undefined ? [] : [steps[index - 1]?.id ?? ''])]})),
        {id: phase.id, after: [...phase.dependsOn(ctx), ...steps.map((step) => step.id)]},
      ]
    })
    expect(orderNodes(nodes)).toHaveLength(nodes.length)
  })

  it('of checks and pitfalls are unique', () => {
    expect(checkIds.size).toBe(checks.length)
    expect(pitfallCodes.size).toBe(phases.flatMap((phase) => phase.pitfalls).length)
  })
})

describe('names that lead elsewhere', () => {
  it('check → pitfalls', () => {
    for (const check of checks) for (const code of check.pitfalls ?? []) expect(pitfallCodes, check.id).toContain(code)
  })

  it('pitfall → the check that proves the fix, the checks that show it, its runbook', () => {
    for (const pitfall of phases.flatMap((phase) => phase.pitfalls)) {
      expect(checkIds, pitfall.code).toContain(pitfall.confirmBy)
      for (const {check} of pitfall.match) if (check !== undefined) expect(checkIds, pitfall.code).toContain(check)
      if (pitfall.runbook !== undefined) expect(existsSync(join(PROJECT, 'templates', 'runbooks', pitfall.runbook)), pitfall.runbook).toBe(true)
    }
  })

  it('every check is explained by a pitfall', () => {
    const explained = new Set(phases.flatMap((phase) => phase.pitfalls.flatMap((pitfall) => [pitfall.confirmBy, ...pitfall.match.flatMap((match) => match.check ?? [])])))
    expect(checks.filter((check) => !explained.has(check.id) && (check.pitfalls ?? []).length === 0).map((check) => check.id)).toEqual([])
  })
})

describe('the catalog', () => {
  const components = PLATFORMS.lab.catalog.all()

  it.each(components.map((component): [string, string] => [component.id, component.install.method]))('%s is installed by the builder of its method, %s', (id, method) => {
    expect(builderOf(id)).toBe(method === 'apply' ? appliedChart : helmRelease)
  })

  it.each(components.map((component): [string, string] => [component.id, component.phase]))('%s is installed by its phase, %s', (id, phase) => {
    const steps = Object.values(PLATFORMS).flatMap((ctx) => phases.find((one) => one.id === phase)?.steps(ctx) ?? [])
    expect(steps.some((step) => step.component === id)).toBe(true)
  })
})

describe('runbooks', () => {
  it('are each named by a pitfall or a drill, or are for an emergency or work that has neither', () => {
    const drills = drillNames(PROJECT).map((name) => readDrill(PROJECT, name).runbook)
    const used = new Set([...phases.flatMap((phase) => phase.pitfalls.flatMap((pitfall) => pitfall.runbook ?? [])), ...drills, 'application-down.md', 'node-patching.md'])
    expect(readdirSync(join(PROJECT, 'templates', 'runbooks')).filter((name) => !used.has(name))).toEqual([])
  })

  it('name only codes and checks that exist', () => {
    for (const name of readdirSync(join(PROJECT, 'templates', 'runbooks'))) {
      const text = readFileSync(join(PROJECT, 'templates', 'runbooks', name), 'utf8')
      for (const [code] of text.matchAll(/KP\d{4}/g)) expect(pitfallCodes, name).toContain(code)
    }
  })
})
