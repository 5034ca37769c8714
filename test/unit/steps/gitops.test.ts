/** What a GitOps tool is told, what it says, and who owns what. */
import {beforeAll, describe, expect, it} from 'vitest'
import {readOnlyPlatform} from '../../../scripts/docs/platform.ts'
import type {ReadOnlyContext} from '../../../scripts/docs/platform.ts'
import {renderContent} from '../../../src/render/content.ts'
import {secretObject, toLogin} from '../../../src/steps/07-gitops/credentials.ts'
import {application, project, registries, rootApplication} from '../../../src/steps/shared/gitops/argo-objects.ts'
import {repositoryName} from '../../../src/steps/shared/gitops/chart-place.ts'
import {ownerPatch} from '../../../src/steps/shared/gitops/fields.ts'
import {gitRepository, helmReleaseOf, helmRepositories, kustomizations} from '../../../src/steps/shared/gitops/flux-objects.ts'
import {fluxAddress, handedOver, keepingTool} from '../../../src/steps/shared/gitops/names.ts'
import {deliveryStatus} from '../../../src/steps/shared/gitops/status.ts'
import {PROJECT} from '../../helpers/run-kp.ts'
import {factsOf} from '../components/samples.ts'

const REPOSITORY = 'git@git.example.com:acme/platform.git'
/** Phases 0 to 8 are enough to see what is handed over. */
const platform = async (gitops: object, more: object = {}): Promise<ReadOnlyContext> => {
  const ctx = await readOnlyPlatform(PROJECT, {repository: REPOSITORY, phases: {gitops}, ...more})
  return {...ctx, phases: ctx.phases.filter(({number}) => number <= 8)}
}
const COMMIT = 'a'.repeat(40)

let argo: ReadOnlyContext
let flux: ReadOnlyContext
let argoOnly: ReadOnlyContext

beforeAll(async () => {
  [argo, flux, argoOnly] = await Promise.all([platform({handOver: true}), platform({tool: 'flux', handOver: true, secret: 'git'}, {secrets: {git: 'env:GIT_TOKEN'}}), platform({})])
})

describe('what is handed over', () => {
  it('is everything but the tool itself, in the order of upgrades', () => {
    expect(handedOver(argo)).toEqual(['prometheus-operator-crds', 'cilium', 'gateway-api', 'cert-manager', 'envoy-gateway-crds', 'envoy-gateway', 'snapshot-controller', 'kube-prometheus-stack'])
    expect(keepingTool(argo, 'argo-cd')).toBeUndefined()
    expect(handedOver(argoOnly)).toEqual([])
  })

  it('leaves what is too large for a release with kp, where Flux would make one', () => {
    expect(handedOver(flux)).toEqual(['cilium', 'cert-manager', 'envoy-gateway', 'snapshot-controller', 'kube-prometheus-stack'])
  })
})

describe('Argo CD', () => {
  it('is told of a chart at its version, with the values that lie in the repository', () => {
    const {metadata, spec} = application(argo, 'cert-manager') as unknown as {metadata: {finalizers?: string[]; annotations: Record<string, string>}; spec: {sources: object[]; syncPolicy: {automated: object}}}
    expect(spec.sources).toEqual([
      {repoURL: 'quay.io/jetstack/charts', chart: 'cert-manager', targetRevision: 'v1.21.1', helm: {releaseName: 'cert-manager', valueFiles: ['$values/clusters/lab/cert-manager/values.yaml']}},
      {repoURL: REPOSITORY, targetRevision: 'main', ref: 'values'},
    ])
    expect(spec.syncPolicy.automated).toEqual({prune: false, selfHeal: true})
    // Deleting it must not delete what it keeps.
    expect(metadata.finalizers).toBeUndefined()
    expect(metadata.annotations['argocd.argoproj.io/sync-wave']).toBe('30')
  })

  it('takes charts from a mirror that the cluster reaches, not from a folder', async () => {
    const source = (ctx: ReadOnlyContext): unknown => (application(ctx, 'cilium')['spec'] as {sources: {repoURL: string}[]}).sources[0]?.repoURL
    expect(source(await platform({handOver: true}, {charts: {mirror: 'oci://harbor.example.com/charts'}}))).toBe('harbor.example.com/charts')
    expect(source(await platform({handOver: true}, {charts: {mirror: './charts'}}))).toBe('https://helm.cilium.io')
  })

  it('may deploy what the real charts make, and nothing more', () => {
    const {sourceRepos, destinations, clusterResourceWhitelist, namespaceResourceWhitelist} = project(argo)['spec'] as {sourceRepos: string[]; destinations: {namespace: string}[]; clusterResourceWhitelist: {kind: string}[]; namespaceResourceWhitelist: {kind: string}[]}
    expect(sourceRepos).toEqual([REPOSITORY, expect.stringContaining('prometheus-community'), 'https://helm.cilium.io', 'docker.io/envoyproxy', 'quay.io/jetstack/charts', expect.stringContaining('piraeus')])
    expect(JSON.stringify(project(argo))).not.toContain('"*"')
    const allowed = new Set([...clusterResourceWhitelist, ...namespaceResourceWhitelist].map(({kind}) => kind))
    const namespaces = new Set(destinations.map(({namespace}) => namespace))
    for (const id of handedOver(argo)) {
      for (const name of factsOf(id).objects) {
        const [kind = '', place = ''] = name.split(' ')
        expect(allowed, `${id}: ${name}`).toContain(kind)
        if (place.includes('/')) expect(namespaces, `${id}: ${name}`).toContain(place.split('/')[0])
      }
    }
  })

  it('may deploy nothing where nothing is handed over but what lies in its own namespace', () => {
    const spec = project(argoOnly)['spec'] as {sourceRepos: string[]; destinations: {namespace: string}[]; clusterResourceWhitelist: object[]}
    expect(spec).toMatchObject({sourceRepos: [REPOSITORY], clusterResourceWhitelist: []})
    expect(spec.destinations.map(({namespace}) => namespace)).toEqual(['argocd'])
  })

  it('knows registries by Secrets in which nothing is secret', () => {
    const [first] = registries(argo)
    const data = Object.fromEntries(Object.entries(first?.['data'] as Record<string, string>).map(([key, value]) => [key, Buffer.from(value, 'base64').toString()]))
    expect(data).toEqual({type: 'helm', name: 'docker.io/envoyproxy', url: 'docker.io/envoyproxy', enableOCI: 'true'})
  })
})

describe('Flux', () => {
  it('goes on with the release of the same name and namespace', () => {
    const {spec} = helmReleaseOf(flux, 'envoy-gateway') as unknown as {spec: Record<string, unknown>}
    expect(spec).toMatchObject({releaseName: 'envoy-gateway', targetNamespace: 'envoy-gateway-system', storageNamespace: 'envoy-gateway-system', suspend: false, chart: {spec: {chart: 'gateway-helm', version: 'v1.9.0', sourceRef: {kind: 'HelmRepository', name: 'docker-io-envoyproxy'}}}})
    // gateway-api and the other kinds stay with kp: nothing to wait for.
    expect(spec['dependsOn']).toBeUndefined()
  })

  it('has a source for every chart that it keeps', () => {
    const names = helmRepositories(flux).map(({metadata}) => metadata.name)
    const used = handedOver(flux).map((id) => (helmReleaseOf(flux, id)['spec'] as {chart: {spec: {sourceRef: {name: string}}}}).chart.spec.sourceRef.name)
    expect(names).toEqual([...new Set(used)].toSorted())
    expect(helmRepositories(flux).find(({metadata}) => metadata.name === 'quay-io-jetstack-charts')?.['spec']).toMatchObject({type: 'oci', url: 'oci://quay.io/jetstack/charts'})
    expect(repositoryName('https://Charts.example.com:8443/a_b/')).toBe('charts-example-com-8443-a-b')
  })

  it('applies sources before releases, and leaves all where a Kustomization goes', () => {
    const [sources, root] = kustomizations(flux).map((object) => object['spec'] as Record<string, unknown>)
    expect([sources?.['deletionPolicy'], root?.['deletionPolicy']]).toEqual(['Orphan', 'Orphan'])
    expect(root?.['dependsOn']).toEqual([{name: 'platform-sources'}])
  })

  it('reads ssh addresses as it wants them written', () => {
    expect(fluxAddress(REPOSITORY)).toBe('ssh://git@git.example.com/acme/platform.git')
    expect(fluxAddress('https://git.example.com/a.git')).toBe('https://git.example.com/a.git')
    expect(gitRepository(flux)['spec']).toMatchObject({url: 'ssh://git@git.example.com/acme/platform.git', ref: {branch: 'main'}, secretRef: {name: 'kp-platform-repository'}, interval: '3m'})
  })
})

describe('the repository', () => {
  const files = (ctx: ReadOnlyContext): string[] => renderContent({...ctx, environments: [ctx.spec], providerFor: () => ctx.provider}).map(({path}) => path).filter((path) => path.includes('/gitops/'))

  it('holds what Argo CD reads', () => {
    expect(files(argo)).toEqual([
      ...['cert-manager', 'cilium', 'envoy-gateway-crds', 'envoy-gateway', 'gateway-api', 'kube-prometheus-stack', 'marker', 'prometheus-operator-crds', 'snapshot-controller'].map((name) => `clusters/lab/gitops/apps/${name}.yaml`),
      ...['network-policies', 'project', 'root'].map((name) => `clusters/lab/gitops/${name}.yaml`),
    ])
  })

  it('holds what Flux reads, and no Secret', () => {
    expect(files(flux)).toContain('clusters/lab/gitops/sources/charts.yaml')
    expect(files(flux)).toContain('clusters/lab/gitops/apps/cert-manager.yaml')
    const texts = renderContent({...flux, environments: [flux.spec], providerFor: () => flux.provider}).map(({text}) => text).join('')
    expect(texts).not.toMatch(/^kind: Secret$/m)
  })

  it('holds a marker alone for a tool that keeps nothing', () => {
    expect(files(argoOnly).filter((path) => path.includes('/apps/'))).toEqual(['clusters/lab/gitops/apps/marker.yaml'])
    expect((rootApplication(argoOnly)['spec'] as {source: object}).source).toMatchObject({path: 'clusters/lab/gitops/apps', targetRevision: 'main'})
  })
})

describe('what the tool says', () => {
  const app = (status: object | undefined, more: object = {}): ReturnType<typeof deliveryStatus> => deliveryStatus({apiVersion: 'argoproj.io/v1alpha1', kind: 'Application', metadata: {name: 'web', namespace: 'argocd'}, ...more, ...(status === undefined ? {} : {status})})
  const well = {sync: {status: 'Synced', revisions: ['v1.21.1', COMMIT]}, health: {status: 'Healthy'}, operationState: {phase: 'Succeeded'}}

  it('is well when it is synced and healthy, at a commit', () => {
    expect(app(well)).toMatchObject({well: true, busy: false, complaints: [], revision: COMMIT})
  })

  it('is not well without a status, or while a sync was asked for', () => {
    expect(app(undefined)).toMatchObject({well: false, busy: true})
    expect(app(well, {operation: {sync: {}}})).toMatchObject({well: false, busy: true})
    expect(app({...well, health: {status: 'Progressing'}})).toMatchObject({well: false, busy: true})
  })

  it('names what is out of sync, what is sick, and why a sync failed', () => {
    const status = {
      sync: {status: 'OutOfSync'},
      health: {status: 'Degraded'},
      operationState: {phase: 'Failed', message: 'one or more objects failed to apply'},
      conditions: [{type: 'ComparisonError', message: 'authentication required'}],
      resources: [{kind: 'Deployment', namespace: 'shop', name: 'web', status: 'OutOfSync', health: {status: 'Degraded', message: 'no replicas'}}, {kind: 'Service', namespace: 'shop', name: 'web', status: 'Synced'}],
    }
    expect(app(status)).toMatchObject({
      well: false,
      busy: false,
      complaints: [
        'Application argocd/web: the last sync failed: one or more objects failed to apply',
        'Application argocd/web: ComparisonError: authentication required',
        'Application argocd/web is OutOfSync: Deployment shop/web',
        'Application argocd/web is Degraded',
        'Deployment shop/web is Degraded: no replicas',
      ],
    })
  })

  const release = (generation: number, status: object, more: object = {}): ReturnType<typeof deliveryStatus> => deliveryStatus({apiVersion: 'helm.toolkit.fluxcd.io/v2', kind: 'HelmRelease', metadata: {name: 'web', namespace: 'flux-system', generation, ...more}, status})
  const ready = {observedGeneration: 2, lastHandledReconcileAt: 'now', conditions: [{type: 'Ready', status: 'True', observedGeneration: 2}]}

  it('counts for Flux only when it is about this generation and this request', () => {
    expect(release(2, ready, {annotations: {'reconcile.fluxcd.io/requestedAt': 'now'}})).toMatchObject({well: true})
    expect(release(3, ready)).toMatchObject({well: false, busy: true})
    expect(release(2, ready, {annotations: {'reconcile.fluxcd.io/requestedAt': 'later'}})).toMatchObject({well: false, busy: true})
    expect(release(2, {...ready, conditions: [{type: 'Ready', status: 'False', reason: 'UpgradeFailed', message: 'no'}]})).toMatchObject({well: false, busy: false})
  })
})

describe('credentials', () => {
  const key = '-----BEGIN OPENSSH PRIVATE KEY-----\nabc\n-----END OPENSSH PRIVATE KEY-----'
  it('are a key, a user with a token, or a token', () => {
    expect(toLogin('kp:a:b')).toEqual({username: 'kp', password: 'a:b'})
    expect(toLogin('token')).toEqual({username: 'git', password: 'token'})
    expect(toLogin(`${key}\nhost ssh-ed25519 AAAA`)).toEqual({key: `${key}\n`, knownHosts: 'host ssh-ed25519 AAAA'})
  })

  it('are given to each tool in its words', () => {
    expect(Object.keys(secretObject(argo, 'argo-cd', key)['data'] as object)).toEqual(['type', 'url', 'sshPrivateKey'])
    expect(Object.keys(secretObject(flux, 'flux', `${key}\nhost ssh-ed25519 AAAA`)['data'] as object)).toEqual(['identity', 'known_hosts'])
    expect(secretObject(argo, 'argo-cd', 'x').metadata.labels?.['argocd.argoproj.io/secret-type']).toBe('repository')
  })
})

describe('Flux and secrets', () => {
  const age = `age1${'q'.repeat(58)}`
  const decryptions = async (secrets: object, references: Record<string, string> = {}): Promise<unknown[]> => kustomizations(await platform({tool: 'flux', handOver: true}, {phases: {gitops: {tool: 'flux', handOver: true}, secrets}, secrets: references})).map((one) => (one['spec'] as {decryption?: unknown}).decryption)

  it('opens what SOPS encrypted with the key that kp hands over, else with the role of its pod', async () => {
    expect(await decryptions({git: 'sops', sops: {age, ageKey: 'age'}}, {age: 'env:AGE'})).toEqual([{provider: 'sops', secretRef: {name: 'sops-age'}}, {provider: 'sops', secretRef: {name: 'sops-age'}}])
    expect(await decryptions({git: 'sops', sops: {kmsKey: 'arn:aws:kms:eu-central-1:123456789012:key/1'}})).toEqual([{provider: 'sops'}, {provider: 'sops'}])
    expect(await decryptions({git: 'sealed-secrets'})).toEqual([undefined, undefined])
  })

  it('does not wait for a Vault that people unseal, and for one that unseals itself it does', async () => {
    const waits = async (vault: object, references: Record<string, string> = {}): Promise<unknown> => (helmReleaseOf(await platform({}, {phases: {gitops: {tool: 'flux', handOver: true}, secrets: {store: 'vault', vault}}, secrets: references}), 'vault')['spec'] as {install: {disableWait?: boolean}}).install.disableWait
    expect(await waits({unsealKeys: 'keys'}, {keys: 'env:KEYS'})).toBe(true)
    expect(await waits({unseal: 'kms', kmsKey: 'arn:aws:kms:eu-central-1:123456789012:key/1'})).toBeUndefined()
  })
})

describe('fields change hands', () => {
  const object = (...managers: [string, string, string?][]): Parameters<typeof ownerPatch>[0] => ({apiVersion: 'v1', kind: 'ConfigMap', metadata: {name: 'a', managedFields: managers.map(([manager, operation, subresource]) => ({manager, operation, ...(subresource === undefined ? {} : {subresource})}))}})

  it('by renaming the one who applied them', () => {
    expect(ownerPatch(object(['kubelet', 'Update', 'status'], ['helm', 'Apply']), 'helm', 'argocd-controller')).toEqual([
      {op: 'test', path: '/metadata/managedFields/1/manager', value: 'helm'},
      {op: 'replace', path: '/metadata/managedFields/1/manager', value: 'argocd-controller'},
    ])
  })

  it('by letting go where the other applied them too', () => {
    expect(ownerPatch(object(['helm', 'Apply'], ['argocd-controller', 'Apply']), 'helm', 'argocd-controller')).toContainEqual({op: 'remove', path: '/metadata/managedFields/0'})
  })

  it('not where there is nothing of it: an update, a subresource, somebody else', () => {
    for (const one of [object(['helm', 'Update']), object(['helm', 'Apply', 'status']), object(['kp', 'Apply']), object()]) expect(ownerPatch(one, 'helm', 'argocd-controller')).toEqual([])
  })
})
