/** What is switched off and written down in the cluster before it goes. */
import {mkdtempSync, rmSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {describe, expect, it, onTestFinished} from 'vitest'
import {readLedger} from '../../../../src/checks/terraform/ledger.ts'
import type {PlatformContext} from '../../../../src/context.ts'
import {KpError} from '../../../../src/engine/errors.ts'
import type {EventInput} from '../../../../src/engine/events.ts'
import {requireVelero} from '../../../../src/operations/destroy/last-backup.ts'
import {quieten} from '../../../../src/operations/destroy/quiet.ts'
import {formatCommand} from '../../../../src/tools/exec.ts'
import type {KubeObject} from '../../../../src/tools/kube-api.ts'
import {fakeCluster} from '../../../helpers/fake-cluster.ts'

const workload = (kind: string, namespace: string, name: string, replicas = 2): KubeObject => ({apiVersion: 'apps/v1', kind, metadata: {name, namespace}, spec: {replicas}})
const volume = (name: string, id: string, policy: string): KubeObject => ({apiVersion: 'v1', kind: 'PersistentVolume', metadata: {name}, spec: {persistentVolumeReclaimPolicy: policy, csi: {driver: 'ebs.csi.aws.com', volumeHandle: id}}})
const WORLD: KubeObject[] = [
  workload('StatefulSet', 'argocd', 'argocd-application-controller'), workload('Deployment', 'argocd', 'argocd-server'), workload('Deployment', 'flux-system', 'kustomize-controller', 0),
  workload('Deployment', 'kube-system', 'cluster-autoscaler'), workload('Deployment', 'kube-system', 'aws-load-balancer-controller'), workload('Deployment', 'external-dns', 'external-dns'), workload('Deployment', 'shop', 'web'),
  {apiVersion: 'v1', kind: 'Service', metadata: {name: 'front', namespace: 'shop'}, spec: {type: 'LoadBalancer'}},
  {apiVersion: 'v1', kind: 'Service', metadata: {name: 'web', namespace: 'shop'}, spec: {type: 'ClusterIP'}},
  {apiVersion: 'gateway.networking.k8s.io/v1', kind: 'Gateway', metadata: {name: 'public', namespace: 'ingress'}},
  volume('pvc-1', 'vol-1', 'Delete'), volume('pvc-2', 'vol-2', 'Retain'),
]

/** A context whose cluster holds these objects; what is deleted is gone. */
function world(objects: KubeObject[], state: 'running' | 'stopped' | 'absent' = 'running') {
  const folder = mkdtempSync(join(tmpdir(), 'kp-test-'))
  onTestFinished(() => rmSync(folder, {recursive: true, force: true}))
  const commands: string[] = []
  const events: EventInput[] = []
  let left = objects
  const ctx = {
    aws: {stacksFolder: folder}, access: {kubeconfig: 'kubeconfig'}, dryRun: false, stopping: () => false, changed: () => undefined,
    presence: () => Promise.resolve({state, observed: `the cluster is ${state}`}),
    cluster: () => Promise.resolve({...fakeCluster(left), list: (apiVersion: string, kind: string) => fakeCluster(left).list(apiVersion, kind)}),
    clock: {now: () => Date.parse('2026-11-28T12:00:00Z'), sleep: () => Promise.resolve()},
    emit: (event: EventInput) => events.push(event),
    exec: {
      run(call: {tool: string; args: string[]}) {
        commands.push(formatCommand(call.tool, call.args))
        if (call.args[0] === 'delete') left = left.filter(({metadata}) => !(call.args[1] ?? '').endsWith(`/${metadata.name}`))
        return Promise.resolve({exitCode: 0, stdout: '', stderr: ''})
      },
    },
  } as unknown as PlatformContext
  return {ctx, commands, events, folder}
}

describe('the cluster before it goes', () => {
  it('loses GitOps first, then the autoscaler, then what holds load balancers, and their controller last', async () => {
    const {ctx, commands} = world(WORLD)
    const {off, deleted} = await quieten(ctx)
    expect(off).toEqual(['StatefulSet argocd/argocd-application-controller', 'Deployment kube-system/cluster-autoscaler', 'Deployment external-dns/external-dns', 'Deployment kube-system/aws-load-balancer-controller'])
    expect(deleted).toEqual(['Gateway ingress/public', 'Service shop/front'])
    expect(commands.map((command) => /kubectl (\w+)/.exec(command)?.[1])).toEqual(['patch', 'patch', 'patch', 'delete', 'delete', 'patch'])
    expect(commands.join('\n')).not.toContain('web')
  })

  it('tells the ledger of its volumes, also of those that are to be kept', async () => {
    const {ctx, folder} = world(WORLD)
    await quieten(ctx)
    expect([...readLedger(folder)]).toEqual([
      ['vol-1', {maker: 'cluster', because: "kp's ledger: the volume of PersistentVolume pvc-1"}],
      ['vol-2', {maker: 'unknown', because: "kp's ledger: the volume of PersistentVolume pvc-2, to be kept (Retain)"}],
    ])
  })

  it('is left alone where it does not answer, and that is said', async () => {
    const {ctx, commands, events} = world(WORLD, 'stopped')
    expect(await quieten(ctx)).toMatchObject({off: [], deleted: [], unasked: 'the cluster is stopped'})
    expect(events.map(({code}) => code)).toEqual(['warning'])
    const silent = {...ctx, presence: () => Promise.resolve({state: 'running' as const, observed: ''}), cluster: () => Promise.reject(new KpError({code: 'CLUSTER_UNREACHABLE', message: 'no route to host'}))}
    expect(await quieten(silent)).toMatchObject({unasked: 'no route to host'})
    expect(commands).toEqual([])
  })
})

describe('the last backup', () => {
  const location = (phase: string): KubeObject => ({apiVersion: 'velero.io/v1', kind: 'BackupStorageLocation', metadata: {name: 'default', namespace: 'velero'}, status: {phase}})

  it('wants a cluster, Velero and a store that answers, before anybody is asked', async () => {
    await expect(requireVelero(world([], 'absent').ctx)).rejects.toMatchObject({code: 'GATE', message: expect.stringContaining('the cluster is absent') as string})
    await expect(requireVelero(world(WORLD).ctx)).rejects.toMatchObject({code: 'GATE', message: expect.stringContaining('no Velero with a store') as string})
    await expect(requireVelero(world([location('Unavailable')]).ctx)).rejects.toMatchObject({code: 'GATE', message: expect.stringContaining('cannot reach its store: default') as string})
    await expect(requireVelero(world([location('Available')]).ctx)).resolves.toBeUndefined()
  })
})
