/** The configuration of kind, read by kind itself; and what kp says where nothing runs containers. */
import {mkdirSync, mkdtempSync, rmSync, writeFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {stringify} from 'yaml'
import {afterAll, beforeAll, describe, expect, it} from 'vitest'
import {kindConfig} from '../../src/components/kind-config.ts'
import {bringTool, output} from '../helpers/ansible.ts'
import {eksSpec, eksText} from '../helpers/eks.ts'
import {kpEnvironment, startKp} from '../helpers/run-kp.ts'

/** Nobody answers there: kind gets as far as its configuration, and no further. */
const NO_ENGINE = {DOCKER_HOST: 'unix:///nonexistent/docker.sock'}
const POOLS = [{name: 'general', min: 2}, {name: 'storage', min: 1, taints: ['storage=true:NoSchedule']}]

let folder: string
let kind: string

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'kp-test-kind-'))
  kind = join(await bringTool('kind'), 'kind')
}, 1_800_000)
afterAll(() => rmSync(folder, {recursive: true, force: true}))

function create(text: string): Promise<{code: number; text: string}> {
  const path = join(folder, 'kind.yaml')
  writeFileSync(path, text)
  return output(kind, ['create', 'cluster', '--config', path, '--kubeconfig', join(folder, 'kubeconfig')], {env: NO_ENGINE})
}

describe('the configuration of kind', () => {
  const config = (sections: Record<string, unknown> = {}): string => {
    const spec = eksSpec({provider: {type: 'kind'}, nodePools: POOLS, ...sections})
    if (spec.provider.type !== 'kind') throw new Error(spec.provider.type)
    return stringify(kindConfig(spec, spec.provider, ['zone-1', 'zone-2', 'zone-3']), {lineWidth: 0})
  }

  it.each([
    ['with the pod network of kp', {}],
    ['without kube-proxy', {phases: {cni: {kubeProxyReplacement: true}}}],
    ['with the pod network of kind', {phases: {cni: {enabled: false}}}],
  ])('is taken %s: what fails is the engine', async (_what, sections) => {
    const {code, text} = await create(config(sections))
    expect(code).toBe(1)
    expect(text).not.toContain('decode config')
    expect(text).toMatch(/docker info|Docker daemon|docker/)
  }, 60_000)

  it('is refused where a field is not kind\'s: the check can fail', async () => {
    expect((await create(config().replace('podSubnet', 'podSubnett'))).text).toContain('field podSubnett not found in type v1alpha4.Networking')
  }, 60_000)
})

describe('kp on kind', () => {
  it('plans what it would do, and ends with 4 where nothing runs containers', async () => {
    const root = join(folder, 'acme')
    mkdirSync(root)
    writeFileSync(join(root, 'kp.yaml'), eksText({provider: {type: 'kind'}, nodePools: POOLS, phases: {monitoring: {enabled: false}}}))
    const env = kpEnvironment(join(folder, 'state'), NO_ENGINE)
    const plan = await startKp(['plan', '--only', 'control-plane', '--json'], env, {cwd: root, timeoutMs: 120_000}).done
    expect(plan.exit, plan.stdout.slice(-2000)).toBe(0)
    expect(plan.stdout).toContain('make the kind cluster acme-dev: 4 containers as nodes in 3 zones by label')
    const up = await startKp(['up', '--only', 'prerequisites,networking,control-plane', '--yes', '--json'], env, {cwd: root, timeoutMs: 300_000}).done
    expect(up.exit, up.stdout.slice(-2000)).toBe(4)
    expect(up.stdout).toContain('kind needs something that runs containers')
  }, 480_000)
})
