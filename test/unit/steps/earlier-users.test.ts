/** Who still needs what an earlier choice left. */
import {describe, expect, it} from 'vitest'
import {readOnlyPlatform} from '../../../scripts/docs/platform.ts'
import type {PlatformContext} from '../../../src/context.ts'
import {namesOnOldAddress} from '../../../src/steps/06-ingress/users.ts'
import {usersOf} from '../../../src/steps/07-gitops/users.ts'
import {TOOLS} from '../../../src/steps/shared/gitops/names.ts'
import {objectsOfOthers} from '../../../src/steps/shared/standing.ts'
import type {KubeObject} from '../../../src/tools/kube-api.ts'
import {fakeCluster} from '../../helpers/fake-cluster.ts'
import {PROJECT} from '../../helpers/run-kp.ts'

async function platform(phases: object, objects: KubeObject[]): Promise<PlatformContext> {
  return {...(await readOnlyPlatform(PROJECT, {phases})), cluster: () => Promise.resolve(fakeCluster(objects))} as unknown as PlatformContext
}

describe('the way in', () => {
  const objects: KubeObject[] = [
    {apiVersion: 'v1', kind: 'Service', metadata: {name: 'ingress-nginx-controller', namespace: 'ingress-nginx'}, status: {loadBalancer: {ingress: [{ip: '192.0.2.1'}]}}},
    {apiVersion: 'gateway.networking.k8s.io/v1', kind: 'Gateway', metadata: {name: 'platform', namespace: 'envoy-gateway-system'}, status: {addresses: [{value: '192.0.2.2'}]}},
  ]
  const leadsTo = (address: string) => async (): Promise<string[]> => Promise.resolve([address])

  it('stays as long as DNS leads to its address', async () => {
    const [before, now] = await Promise.all([platform({ingress: {controller: 'ingress-nginx'}}, objects), platform({ingress: {controller: 'envoy-gateway'}}, objects)])
    const ask = (address: string): Promise<string[]> => namesOnOldAddress(now, {component: 'ingress-nginx', before}, leadsTo(address))
    expect(await ask('192.0.2.1')).toEqual([`DNS name ${now.spec.phases.ingress.demo.host} (192.0.2.1)`])
    expect(await ask('192.0.2.2')).toEqual([])
    expect(await ask('203.0.113.9')).toEqual([])
    expect(await namesOnOldAddress(now, {component: 'external-dns', before}, leadsTo('192.0.2.1'))).toEqual([])
  })
})

describe('a GitOps tool', () => {
  const application = (name: string): KubeObject => ({...TOOLS['argo-cd'].keeper, metadata: {name, namespace: 'apps'}})
  const helmRelease: KubeObject = {...TOOLS.flux.keeper, metadata: {name: 'shop', namespace: 'apps'}}

  it('is used by what others let it deploy, not by what they let the other one deploy', async () => {
    const now = await platform({gitops: {tool: 'flux', repository: 'https://git.example.com/platform.git'}}, [application('theirs'), helmRelease])
    const ask = (component: string): Promise<string[]> => usersOf(now, {component, before: now, keep: new Set()})
    expect(await ask('argo-cd')).toEqual(['Application apps/theirs'])
    expect(await ask('flux2')).toEqual(['HelmRelease apps/shop'])
    expect(await usersOf(now)).toEqual(['Application apps/theirs', 'HelmRelease apps/shop'])
  })
})

describe('a policy engine', () => {
  const policy = (name: string, release: string): KubeObject => ({
    apiVersion: 'kyverno.io/v1',
    kind: 'ClusterPolicy',
    metadata: {name, labels: {'app.kubernetes.io/managed-by': 'Helm'}, annotations: {'meta.helm.sh/release-name': release, 'meta.helm.sh/release-namespace': 'kyverno'}},
  })

  it('is used by the policies of others, not by those that come and go with it', async () => {
    const now = await platform({security: {engine: 'validating-admission-policy'}}, [policy('theirs', 'shop'), policy('baseline', 'kyverno-policies')])
    expect(await objectsOfOthers(now, now.catalog.get('kyverno'))).toEqual(['ClusterPolicy theirs'])
  })
})
