/** What policies would block, and the way from reporting to refusing. */
import {describeBlocked, policyReport} from '../checks/policies/report.ts'
import {exemptNamespaces} from '../checks/own-namespaces.ts'
import {rulesOf} from '../checks/policies/pod-rules.ts'
import type {PlatformContext} from '../context.ts'
import {KpError} from '../engine/errors.ts'
import {didYouMean} from '../engine/spelling.ts'
import type {LoadedSpec} from '../spec/load.ts'
import type {Path} from '../spec/paths.ts'
import {writeSpec} from '../spec/write.ts'
import type {PolicyReportResult} from '../ui/results.ts'

/** @throws KpError GATE where the platform has no phase security, CLUSTER_ABSENT */
export async function policyReportOf(ctx: PlatformContext, namespace: string | undefined): Promise<PolicyReportResult> {
  const {engine, mode, podSecurity} = ctx.spec.phases.security
  const report = await policyReport(ctx, await ctx.cluster())
  if (namespace !== undefined) requireNamespace(report.namespaces.map(({name}) => name), namespace)
  const wanted = (name: string): boolean => namespace === undefined || name === namespace
  const blocked = report.blocked.filter((one) => wanted(one.namespace))
  const namespaces = report.namespaces.filter(({name}) => wanted(name))
  const looked = namespaces.filter((one) => one.mode !== 'exempt')
  return {
    schema: 'kp/policy-report/v1',
    environment: ctx.spec.environment.name,
    cluster: ctx.spec.environment.cluster,
    engine,
    mode,
    level: podSecurity,
    summary: {workloads: looked.reduce((sum, {workloads}) => sum + workloads, 0), blocked: blocked.length, namespaces: looked.length, rules: rulesOf(podSecurity).length},
    blocked,
    namespaces,
    engineReports: await engineReports(ctx, namespace),
  }
}

/** What the engine has found by itself: Kyverno's reports, Gatekeeper's audits. */
async function engineReports(ctx: PlatformContext, namespace: string | undefined): Promise<PolicyReportResult['engineReports']> {
  const {engine} = ctx.spec.phases.security
  const cluster = await ctx.cluster()
  if (engine === 'kyverno') {
    const reports = await cluster.list('wgpolicyk8s.io/v1alpha2', 'PolicyReport')
    if (reports === undefined) return null
    const own = reports.filter(({metadata}) => namespace === undefined || metadata.namespace === namespace)
    const total = (what: 'fail' | 'pass'): number => own.reduce((sum, report) => sum + ((report['summary'] as Record<string, number> | undefined)?.[what] ?? 0), 0)
    return {reports: own.length, fail: total('fail'), pass: total('pass')}
  }
  return null
}

/** What `kp policy enforce` would do. */
export interface EnforcePlan {
  /** The namespaces where policies refuse then. */
  namespaces: string[]
  changed: boolean
}

/**
 * Whether policies can refuse in a namespace: nothing that runs may be blocked.
 * @throws KpError GATE with the workloads that would be
 */
export async function planEnforce(ctx: PlatformContext, namespace: string, revert: boolean): Promise<EnforcePlan> {
  const {security} = ctx.spec.phases
  if (!security.enabled || security.engine === 'none') {
    throw new KpError({code: 'GATE', message: security.enabled ? 'there is no policy engine that could refuse: phases.security.engine is none' : 'the platform has no policies: phases.security.enabled is false', next: ['choose an engine in phases.security.engine of kp.yaml, then kp step security']})
  }
  if (security.mode === 'enforce') throw new KpError({code: 'GATE', message: 'policies refuse in every namespace already: phases.security.mode is enforce', next: ['set phases.security.mode: audit in kp.yaml to go namespace by namespace']})
  const {namespaces, blocked} = await policyReport(ctx, await ctx.cluster())
  const now = security.enforceNamespaces
  // A namespace that is gone can still be taken off the list.
  if (!(revert && now.includes(namespace))) requireNamespace(namespaces.map(({name}) => name), namespace)
  if (revert) return {namespaces: now.filter((name) => name !== namespace), changed: now.includes(namespace)}
  if (exemptNamespaces(ctx).includes(namespace)) {
    throw new KpError({
      code: 'GATE',
      message: `policies leave ${namespace} alone: it belongs to the cluster or to what kp installed there, or phases.security.excludeNamespaces names it`,
      next: ['its level of Pod Security Admission is what guards it: kp policy report'],
    })
  }
  const hurt = blocked.filter((one) => one.namespace === namespace)
  if (hurt.length > 0) {
    const shown = hurt.slice(0, 10).map(describeBlocked)
    throw new KpError({
      code: 'GATE',
      message: `policies would block ${hurt.length} ${hurt.length === 1 ? 'workload' : 'workloads'} of ${namespace}: new pods of ${hurt.length === 1 ? 'it' : 'them'} would be refused`,
      details: [...shown, ...(hurt.length > shown.length ? [`and ${hurt.length - shown.length} more`] : [])],
      next: [`kp policy report ${namespace}, for every field`, 'correct the pod templates, or give what needs its node a namespace of its own in phases.security.excludeNamespaces', 'then run the same command again'],
      pitfalls: ['KP1401'],
    })
  }
  return {namespaces: now.includes(namespace) ? now : [...now, namespace].toSorted(), changed: !now.includes(namespace)}
}

/** kp.yaml with the namespaces where policies refuse: of one environment, where there are several or where it says so itself. */
export function withEnforced({text, spec, document}: Pick<LoadedSpec, 'text' | 'spec' | 'document'>, environment: string, namespaces: string[]): string {
  const path: Path = ['phases', 'security', 'enforceNamespaces']
  const index = spec.environments.findIndex(({name}) => name === environment)
  const own: Path = ['environments', index, ...path]
  const ofEnvironment = document.hasIn(['environments', index]) && (spec.environments.length > 1 || document.hasIn(own))
  return writeSpec(text, [{path: ofEnvironment ? own : path, value: namespaces}])
}

function requireNamespace(known: string[], name: string): void {
  if (known.includes(name)) return
  throw new KpError({code: 'USAGE', message: `there is no namespace ${name} in the cluster${didYouMean(name, known)}`, next: ['kp policy report, to see all of them']})
}
