/** `kp certs rotate`: certificates of cert-manager issued anew, what reads them started anew, and looked at again. */
import type {X509Certificate} from 'node:crypto'
import {complainAboutWorkload, conditionsOf} from '../../checks/builders.ts'
import {nameOf} from '../../checks/cluster.ts'
import type {PlatformContext} from '../../context.ts'
import {KpError} from '../../engine/errors.ts'
import {didYouMean} from '../../engine/spelling.ts'
import {patchMerge, restartWorkload} from '../../tools/kubectl.ts'
import type {KubeObject} from '../../tools/kube-api.ts'
import type {CertsRotateResult} from '../../ui/results.ts'
import {stage} from '../staged.ts'
import type {Stage} from '../staged.ts'
import {checkCertificates} from './check.ts'
import {readsSecret} from './consumers.ts'
import {certificatesIn} from './ends.ts'

type Rotated = CertsRotateResult['rotated'][number]
type Consumer = Rotated['restarted'][number]

/** What is asked for. */
export interface RotateOrder {
  /** Certificates by `namespace/name`; empty: all that are due. */
  names: readonly string[]
  restart: boolean
}

/** A certificate with what reads it. */
export interface Planned {
  certificate: KubeObject
  secret: string
  consumers: {workload: KubeObject; how: 'volume' | 'environment'}[]
}

const CERT_MANAGER = 'cert-manager.io/v1'
const WORKLOADS = ['Deployment', 'StatefulSet', 'DaemonSet'] as const
const ISSUED_MS = 5 * 60_000
const READY_MS = 10 * 60_000
const LOOK_MS = 1000

/** Stages of it, as they are shown. */
export function rotateStages(planned: readonly Planned[]): Stage[] {
  return planned.map(({certificate}) => ({id: `certs/${nameOf(certificate.metadata)}`, title: `Issue ${nameOf(certificate.metadata)} anew`}))
}

/**
 * Looks what would be done. Changes nothing.
 * @throws KpError USAGE (no such certificate), GATE (nothing that cert-manager keeps)
 */
export async function planRotation(ctx: PlatformContext, {names, restart}: RotateOrder): Promise<Planned[]> {
  const cluster = await ctx.cluster()
  const certificates = await cluster.list(CERT_MANAGER, 'Certificate')
  if (certificates === undefined) throw new KpError({code: 'GATE', message: 'the cluster has no cert-manager: it renews what kp certs rotate renews', next: ['kp step cert-manager', 'kp certs check']})
  const byName = new Map(certificates.map((one) => [nameOf(one.metadata), one]))
  const unknown = names.find((name) => !byName.has(name))
  if (unknown !== undefined) throw new KpError({code: 'USAGE', message: `there is no Certificate ${unknown}${didYouMean(unknown, [...byName.keys()])}`, next: ['kp certs check', 'kubectl get certificates -A']})
  const wanted = names.length > 0 ? names : await dueNames(ctx)
  const workloads = restart ? (await Promise.all(WORKLOADS.map((kind) => cluster.listKnown('apps/v1', kind)))).flat() : []
  return [...new Set(wanted)].flatMap((name) => {
    const certificate = byName.get(name)
    if (certificate === undefined) return []
    const secret = String((certificate['spec'] as {secretName?: string}).secretName)
    const consumers = workloads.flatMap((workload) => {
      const how = workload.metadata.namespace === certificate.metadata.namespace ? readsSecret(workload, secret) : undefined
      return how === undefined ? [] : [{workload, how}]
    })
    return [{certificate, secret, consumers}]
  })
}

async function dueNames(ctx: PlatformContext): Promise<string[]> {
  const {certificates} = await checkCertificates(ctx)
  return certificates.filter(({object, status}) => object.startsWith('Certificate ') && (status === 'due' || status === 'expired')).map(({object}) => object.slice('Certificate '.length))
}

/** Does it, one after the other: a failure leaves the others as they are. */
export async function rotateCertificates(ctx: PlatformContext, planned: readonly Planned[]): Promise<CertsRotateResult> {
  const began = ctx.clock.now()
  const stages = rotateStages(planned)
  const rotated: Rotated[] = []
  for (const [index, one] of planned.entries()) {
    if (ctx.stopping()) throw new KpError({code: 'INTERRUPTED', message: `stopped after ${rotated.length} of ${planned.length} certificates`, next: ['run the same command again']})
    rotated.push(await stage(ctx, stages[index] ?? {id: 'certs/rotate', title: 'Issue anew'}, (progress) => rotateOne(ctx, one, progress)))
  }
  return {schema: 'kp/certs-rotate/v1', environment: ctx.spec.environment.name, cluster: ctx.spec.environment.cluster, rotated, byHand: byHand(ctx), durationMs: ctx.clock.now() - began}
}

async function rotateOne(ctx: PlatformContext, {certificate, secret, consumers}: Planned, progress: (text: string) => void): Promise<Rotated> {
  const {namespace = '', name} = certificate.metadata
  const before = await shownBy(ctx, namespace, secret)
  // What `cmctl renew` does: cert-manager answers to the condition.
  const conditions = [...conditionsOf(certificate).filter(({type}) => type !== 'Issuing'), {type: 'Issuing', status: 'True', reason: 'ManuallyTriggered', message: 'Certificate re-issuance manually triggered', lastTransitionTime: `${new Date(ctx.clock.now()).toISOString().slice(0, 19)}Z`, ...(certificate.metadata.generation === undefined ? {} : {observedGeneration: certificate.metadata.generation})}]
  await patchMerge(ctx.exec, ctx.access, certificate, {status: {conditions}}, {doing: `ask cert-manager for a new ${namespace}/${name}`, subresource: 'status'})
  progress('waiting for the new certificate')
  const after = await untilNew(ctx, {namespace, name, secret, before})
  const restarted: Consumer[] = []
  for (const {workload, how} of consumers) {
    progress(`restarting ${workload.kind} ${workload.metadata.name}`)
    await restartWorkload(ctx.exec, ctx.access, workload, {doing: `restart ${workload.kind} ${nameOf(workload.metadata)}`})
    await untilReady(ctx, workload)
    restarted.push({kind: workload.kind, namespace: workload.metadata.namespace ?? '', name: workload.metadata.name, reads: how})
  }
  return {certificate: `${namespace}/${name}`, secret, before: before === undefined ? null : new Date(before.validToDate).toISOString(), after: after.validToDate.toISOString(), restarted}
}

async function shownBy(ctx: PlatformContext, namespace: string, secret: string): Promise<X509Certificate | undefined> {
  const found = await (await ctx.cluster()).get('v1', 'Secret', secret, namespace)
  return certificatesIn((found?.['data'] as Record<string, string> | undefined)?.['tls.crt'])[0]
}

/** Until the Secret has another certificate and cert-manager says Ready. */
async function untilNew(ctx: PlatformContext, {namespace, name, secret, before}: {namespace: string; name: string; secret: string; before: X509Certificate | undefined}): Promise<X509Certificate> {
  const until = ctx.clock.now() + ISSUED_MS
  for (;;) {
    ctx.changed()
    const now = await shownBy(ctx, namespace, secret)
    const certificate = await (await ctx.cluster()).get(CERT_MANAGER, 'Certificate', name, namespace)
    const [ready, issuing] = ['Ready', 'Issuing'].map((type) => (certificate === undefined ? undefined : conditionsOf(certificate).find((one) => one.type === type)))
    if (now !== undefined && now.fingerprint256 !== before?.fingerprint256 && ready?.status === 'True' && issuing?.status !== 'True') return now
    if (ctx.clock.now() > until) {
      throw new KpError({code: 'STEP_TIMEOUT', message: `no new certificate ${namespace}/${name} within ${ISSUED_MS / 60_000} minutes: ${issuing?.message ?? ready?.message ?? 'cert-manager does not say why'}. The old one is still in use`, doing: `issue ${namespace}/${name} anew`, next: [`kubectl -n ${namespace} describe certificate ${name}`, `kubectl -n ${namespace} get certificaterequests,orders,challenges`, 'kp verify cert-manager']})
    }
    await ctx.clock.sleep(LOOK_MS, ctx.signal)
  }
}

async function untilReady(ctx: PlatformContext, workload: KubeObject): Promise<void> {
  const until = ctx.clock.now() + READY_MS
  for (;;) {
    ctx.changed()
    const now = await (await ctx.cluster()).get('apps/v1', workload.kind, workload.metadata.name, workload.metadata.namespace)
    const complaint = now === undefined ? `${workload.kind} ${nameOf(workload.metadata)} is gone` : complainAboutWorkload(now)
    if (complaint === undefined) return
    if (ctx.clock.now() > until) throw new KpError({code: 'STEP_TIMEOUT', message: `${complaint}, ${READY_MS / 60_000} minutes after its restart`, doing: `restart ${nameOf(workload.metadata)}`, next: [`kubectl -n ${workload.metadata.namespace} rollout status ${workload.kind.toLowerCase()}/${workload.metadata.name}`]})
    await ctx.clock.sleep(LOOK_MS, ctx.signal)
  }
}

/** What kp does not renew: where the cluster is self-hosted, on its nodes. */
function byHand(ctx: PlatformContext): string[] {
  if (ctx.lab !== undefined || ctx.spec.provider.type === 'eks') return []
  return ['API server, etcd and kubeconfigs: sudo kubeadm certs renew all, on each node of the control plane, one after the other; then restart its static pods']
}
