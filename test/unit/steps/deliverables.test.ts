/** The repository that kp renders: whole, readable by the tools that it is for, and free of secrets. */
import {describe, expect, it} from 'vitest'
import {parse, parseAllDocuments} from 'yaml'
import {readOnlyPlatform} from '../../../scripts/docs/platform.ts'
import {defaultPlatform} from '../../../src/spec/defaults.ts'
import {parseSpec} from '../../../src/spec/load.ts'
import {resolveEnvironment} from '../../../src/spec/resolve.ts'
import {renderContent} from '../../../src/render/content.ts'
import type {RenderedFile} from '../../../src/render/content.ts'
import type {PlatformAnswers} from '../../../src/spec/defaults.ts'
import {scanText} from '../../../src/steps/20-deliverables/secret-scan.ts'
import {PROJECT} from '../../helpers/run-kp.ts'

/** What kp renders from a kp.yaml, without a folder. */
async function rendered(answers: Partial<PlatformAnswers> = {}): Promise<RenderedFile[]> {
  const {spec} = parseSpec('kp.yaml', defaultPlatform({name: 'acme', ...answers}))
  const environments = spec.environments.map(({name}) => resolveEnvironment(spec, name))
  const {catalog, home, phases, provider} = await readOnlyPlatform(PROJECT)
  return renderContent({environments, catalog, home, phases, providerFor: () => provider})
}
const textOf = (files: RenderedFile[], path: string): string => files.find((file) => file.path === path)?.text ?? ''
const TWO = {environments: [{name: 'dev', cluster: 'acme-dev'}, {name: 'prod', cluster: 'acme-prod', protected: true}]}
const deliverables = (settings: Record<string, unknown>): Partial<PlatformAnswers> => ({phases: {deliverables: settings}})

describe('the repository', () => {
  it('has every part', async () => {
    const paths = (await rendered()).map(({path}) => path)
    for (const part of ['Makefile', 'infra/lab/README.md', 'clusters/lab/kustomization.yaml', 'apps/README.md', 'apps/example/deployment.yaml', 'docs/failure-scenarios.md', 'docs/decisions/0001-zones.md', '.github/workflows/platform.yaml', 'ci/application.github.yaml']) expect(paths, part).toContain(part)
  })

  it('holds no secret, and nothing that looks like one', async () => {
    for (const answers of [{}, TWO, {secrets: {'hook-url': 'env:HOOK_URL'}}]) {
      const files = await rendered(answers)
      expect(files.flatMap(({path, text}) => scanText(path, text))).toEqual([])
    }
  })

  it('has files that parse', async () => {
    for (const answers of [{}, TWO, deliverables({ci: 'gitlab-ci', layout: 'helmfile'})]) {
      for (const {path, text} of await rendered(answers)) {
        if (/\.ya?ml$/.test(path)) expect(parseAllDocuments(text).flatMap(({errors}) => errors), path).toEqual([])
        expect(text.endsWith('\n'), path).toBe(true)
        expect(text, path).not.toMatch(/undefined|\[object Object\]/)
      }
    }
  })

  it('has none of it where the phase is off', async () => {
    const paths = (await rendered(deliverables({enabled: false}))).map(({path}) => path)
    expect(paths.filter((path) => /^(?:Makefile|infra|apps|ci|docs\/decisions|docs\/failure|\.github)/.test(path))).toEqual([])
  })

  it('has the runbooks of the pitfalls that can happen, and no others', async () => {
    const withBackup = (await rendered()).map(({path}) => path)
    expect(withBackup).toContain('runbooks/secret-in-git.md')
    const without = (await rendered({phases: {slo: {enabled: false}, deliverables: {enabled: false}}})).map(({path}) => path)
    expect(without).not.toContain('runbooks/secret-in-git.md')
    expect(without).not.toContain('runbooks/error-budget-burns.md')
    expect(without).toContain('runbooks/node-not-ready.md')
  })
})

describe('layout', () => {
  it('kustomize names every manifest and every chart with its version', async () => {
    const files = await rendered()
    const kustomization = parse(textOf(files, 'clusters/lab/kustomization.yaml')) as {resources: string[]; helmCharts: {name: string; repo: string; version: string; valuesFile: string}[]}
    const manifests = files.map(({path}) => path).filter((path) => path.startsWith('clusters/lab/') && path.endsWith('.yaml') && !path.endsWith('/values.yaml') && !path.endsWith('kustomization.yaml') && !path.includes('/gitops/'))
    expect(kustomization.resources.map((path) => `clusters/lab/${path}`).toSorted()).toEqual(manifests.toSorted())
    expect(kustomization.helmCharts.length).toBeGreaterThan(5)
    for (const chart of kustomization.helmCharts) {
      expect(chart.version).toMatch(/\d/)
      expect(files.map(({path}) => path)).toContain(`clusters/lab/${chart.valuesFile}`)
    }
  })

  it('helmfile names every release, and a repository for each', async () => {
    const helmfile = parse(textOf(await rendered(deliverables({layout: 'helmfile'})), 'clusters/lab/helmfile.yaml')) as {repositories: {name: string}[]; releases: {name: string; chart: string; version: string}[]}
    const names = helmfile.repositories.map(({name}) => name)
    expect(new Set(names).size).toBe(names.length)
    for (const {chart} of helmfile.releases) expect(names).toContain(chart.split('/')[0])
  })
})

describe('CI', () => {
  interface Workflow {
    on: {push: {branches: string[]}; pull_request: unknown}
    jobs: Record<string, {if?: string; environment?: string; env?: Record<string, string>; steps: {run?: string}[]}>
  }

  it('plans on a pull request and applies on merge, with the secrets that kp.yaml refers to', async () => {
    const files = await rendered({...TWO, secrets: {'hook-url': 'env:HOOK_URL', cert: 'file:~/cert.pem'}})
    const workflow = parse(textOf(files, '.github/workflows/platform.yaml')) as Workflow
    expect(workflow.on.push.branches).toEqual(['main'])
    expect(workflow.jobs['plan-dev']?.if).toContain('pull_request')
    expect(workflow.jobs['apply-prod']?.if).toContain('push')
    expect(workflow.jobs['apply-prod']?.environment).toBe('prod')
    expect(workflow.jobs['apply-prod']?.env).toEqual({HOOK_URL: '${{ secrets.HOOK_URL }}'})
    const commands = (job: string): string => workflow.jobs[job]?.steps.map(({run}) => run ?? '').join('\n') ?? ''
    expect(commands('plan-dev')).toContain('kp plan --env dev')
    expect(commands('apply-dev')).toContain('kp up --env dev --yes\n')
    expect(commands('apply-prod')).toContain('kp up --env prod --yes --confirm acme-prod')
  })

  it('of GitLab waits for a person before what is protected', async () => {
    const files = await rendered({...TWO, ...deliverables({ci: 'gitlab-ci'})})
    const pipeline = parse(textOf(files, '.gitlab-ci.yml')) as Record<string, {script?: string[]; rules?: {when?: string}[]}>
    expect(pipeline['apply-prod']?.rules?.[0]?.when).toBe('manual')
    expect(pipeline['apply-dev']?.rules?.[0]?.when).toBeUndefined()
    expect(files.map(({path}) => path).filter((path) => path.startsWith('.github'))).toEqual([])
  })

  it('is left out where kp.yaml wants none', async () => {
    expect((await rendered(deliverables({ci: 'none'}))).map(({path}) => path).filter((path) => /^(?:\.github|ci\/|\.gitlab)/.test(path))).toEqual([])
  })
})

describe('decision records', () => {
  it('say what each environment chose, among what there was', async () => {
    const files = await rendered({...TWO, phases: {ingress: {controller: 'traefik'}}})
    const text = textOf(files, 'docs/decisions/0005-way-in.md')
    expect(text).toContain('- dev: traefik\n- prod: traefik')
    expect(text).toContain('| **traefik** |')
    expect(text).toContain('## Cost against reliability')
  })

  it('know every choice that they are about', async () => {
    for (const answers of [{}, {phases: {mesh: {enabled: true}, 'cert-manager': {issuer: 'self-signed'}}}] as Partial<PlatformAnswers>[]) {
      const records = (await rendered(answers)).filter(({path}) => /^docs\/decisions\/\d/.test(path))
      expect(records.length).toBeGreaterThan(12)
      for (const {path, text} of records) expect(text, path).toMatch(/\| \*\*[^*]+\*\* \|/)
    }
  })

  it('are where kp.yaml wants them', async () => {
    expect((await rendered(deliverables({decisionRecords: 'docs/adr'}))).map(({path}) => path)).toContain('docs/adr/0001-zones.md')
  })
})

describe('scanText', () => {
  const secret = (rest: string): string => `apiVersion: v1\nkind: Secret\nmetadata:\n  name: db\n  namespace: shop\n${rest}`

  it.each([
    ['data', 'data: {password: aHVudGVyMg==}\n'],
    ['stringData', 'stringData: {password: hunter2}\n'],
  ])('finds a Secret with %s', (_what, rest) => {
    expect(scanText('a/b.yaml', secret(rest))).toEqual([{path: 'a/b.yaml', what: 'holds Secret shop/db in plain text'}])
  })

  it('finds it among other documents, in lists and as JSON', () => {
    expect(scanText('a.yaml', `kind: ConfigMap\n---\n${secret('data: {a: Yg==}\n')}`)).toHaveLength(1)
    expect(scanText('a.json', JSON.stringify({kind: 'List', items: [{kind: 'Secret', metadata: {name: 'x'}, data: {a: 'Yg=='}}]}))).toHaveLength(1)
  })

  it.each([
    ['one that SOPS encrypted', secret('data: {a: "ENC[AES256_GCM,data:abc,iv:x,tag:y,type:str]"}\nsops: {version: 3.9.0}\n')],
    ['a sealed one', 'kind: SealedSecret\nspec: {encryptedData: {a: AgBy3i4OJSWK}, template: {type: Opaque}}\n'],
    ['one that is fetched', 'kind: ExternalSecret\nspec: {data: [{secretKey: a}]}\n'],
    ['an empty one', secret('type: Opaque\n')],
    ['a page about them', '# kind: Secret\n'],
  ])('leaves alone %s', (_what, text) => {
    expect(scanText('a.yaml', text)).toEqual([])
  })

  it('finds keys and tokens in any file, and quotes nothing of them', () => {
    const token = ['glpat', 'abcdefghij0123456789'].join('-')
    const found = scanText('script.sh', `echo\nexport TOKEN=${token}\n`)
    expect(found).toEqual([{path: 'script.sh', line: 2, what: 'looks like a key, token or password'}])
    expect(JSON.stringify(found)).not.toContain(token)
  })
})

describe('the example application', () => {
  it('is what a production namespace asks for', async () => {
    const deployment = parse(textOf(await rendered(), 'apps/example/deployment.yaml')) as {spec: {replicas: number; template: {spec: {securityContext: {runAsNonRoot: boolean}; containers: Record<string, unknown>[]}}}}
    expect(deployment.spec.replicas).toBeGreaterThan(1)
    expect(deployment.spec.template.spec.securityContext.runAsNonRoot).toBe(true)
    for (const part of ['readinessProbe', 'livenessProbe', 'resources', 'securityContext']) expect(deployment.spec.template.spec.containers[0]).toHaveProperty(part)
  })
})
