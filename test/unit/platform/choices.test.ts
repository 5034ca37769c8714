import {describe, expect, it} from 'vitest'
import {readOnlyPlatform} from '../../../scripts/docs/platform.ts'
import {KEEPER_KINDS} from '../../../src/checks/kept-by-tool.ts'
import {KpError} from '../../../src/engine/errors.ts'
import {requireSameChoices} from '../../../src/platform/choices.ts'
import {TOOLS} from '../../../src/steps/shared/gitops/names.ts'
import type {KubeObject} from '../../../src/tools/kube-api.ts'
import {fakeCluster, releaseRecord} from '../../helpers/fake-cluster.ts'
import {PROJECT} from '../../helpers/run-kp.ts'

const OURS = {'kp.dev/platform': 'acme'}
const cilium = releaseRecord('kube-system', 'cilium', OURS)
const keeper = (tool: keyof typeof TOOLS, component: string): KubeObject => ({...TOOLS[tool].keeper, metadata: {name: component, namespace: TOOLS[tool].namespace, labels: {...OURS, 'kp.dev/component': component}}})

/** What a kp.yaml with these phases is told in a cluster of these objects. */
async function told(phases: object, objects: KubeObject[]): Promise<KpError | undefined> {
  const ctx = await readOnlyPlatform(PROJECT, {phases})
  try {
    await requireSameChoices({...ctx, cluster: () => Promise.resolve(fakeCluster(objects))})
    return undefined
  } catch (error) {
    if (error instanceof KpError) return error
    throw error
  }
}

describe('another network plugin', () => {
  it('is refused under running pods, with the way in words', async () => {
    const error = await told({cni: {plugin: 'calico'}}, [cilium])
    expect(error).toMatchObject({code: 'GATE', exit: 7, message: 'kp.yaml changes phases.cni.plugin from cilium to calico: it cannot be exchanged under running pods', pitfalls: ['KP0416']})
    expect(error?.next).toEqual(expect.arrayContaining(['put it back: phases.cni.plugin: cilium', 'kp explain KP0416 tells the way node by node']))
    expect((await told({cni: {plugin: 'cilium'}}, [releaseRecord('tigera-operator', 'tigera-operator', OURS)]))?.message).toContain('from calico to cilium')
  })

  it('is none where the chosen one stands, nothing does, or the other is not kp\'s', async () => {
    expect(await told({cni: {plugin: 'cilium'}}, [cilium])).toBeUndefined()
    expect(await told({cni: {plugin: 'calico'}}, [])).toBeUndefined()
    expect(await told({cni: {plugin: 'calico'}}, [releaseRecord('kube-system', 'cilium', {'kp.dev/platform': 'other'})])).toBeUndefined()
  })
})

describe('what a GitOps tool keeps', () => {
  const gitops = {tool: 'argo-cd', repository: 'https://git.example.com/platform.git', handOver: true}
  const kept = [keeper('argo-cd', 'ingress-nginx'), keeper('argo-cd', 'cert-manager')]

  it('is not exchanged before kp has it back', async () => {
    const error = await told({gitops, ingress: {controller: 'traefik'}}, kept)
    expect(error).toMatchObject({code: 'GATE', message: 'kp.yaml changes phases.ingress.controller from ingress-nginx to traefik while argo-cd keeps ingress-nginx: kp must have it back first'})
    expect(error?.next[0]).toBe('put it back (phases.ingress.controller: ingress-nginx), set phases.gitops.handOver: false, then kp up: no pod restarts')
    expect(await told({gitops, ingress: {controller: 'ingress-nginx'}}, kept)).toBeUndefined()
  })

  it('does not go from one tool to the other at once; switched off, kp takes it back by itself', async () => {
    const ingress = {controller: 'ingress-nginx'}
    expect(await told({gitops: {...gitops, tool: 'flux'}, ingress}, kept)).toMatchObject({code: 'GATE', message: 'kp.yaml changes phases.gitops.tool from argo-cd to flux while argo-cd keeps 2 components: kp must have them back first', details: ['ingress-nginx', 'cert-manager']})
    expect(await told({gitops: {...gitops, handOver: false}, ingress}, kept)).toBeUndefined()
    expect(await told({gitops: {enabled: false}, ingress}, kept)).toBeUndefined()
  })

  it('is found by the kinds that hand-over makes', () => {
    for (const tool of Object.keys(TOOLS) as (keyof typeof TOOLS)[]) expect(KEEPER_KINDS[tool]).toEqual(TOOLS[tool].keeper)
  })
})
