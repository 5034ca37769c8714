/** Checks of phase 14 that are about the engine and its policies. */
import {check, complainAboutWorkload, SOON, verdict} from '../../checks/builders.ts'
import {nameOf} from '../../checks/cluster.ts'
import {rulesOf} from '../../checks/policies/pod-rules.ts'
import {describeBlocked, policyReport} from '../../checks/policies/report.ts'
import {platformObjects} from '../../components/platform-values.ts'
import type {PlatformCheck, PlatformContext} from '../../context.ts'
import type {CheckResult} from '../../engine/types.ts'
import type {KubeObject} from '../../tools/kube-api.ts'
import {admissionPolicies, ruleLevel} from './admission-policies.ts'
import {accessChecks} from './checks-access.ts'
import {constraints, constraintTemplates, KYVERNO_API, kyvernoPolicies} from './engine-policies.ts'
import {refusalChecks} from './checks-refusal.ts'
import {ENGINE_TITLES, PREFIX, settingsOf} from './names.ts'
import {findEngines} from './engines.ts'

const API = 'admissionregistration.k8s.io/v1'
const BUILT_IN = 'validating-admission-policy'

const hasEngine = (ctx: Pick<PlatformContext, 'spec'>): true | string => (settingsOf(ctx).engine === 'none' ? 'phases.security.engine is none' : true)
const webhookEngine = (ctx: PlatformContext): false | string => ctx.provider.simulated && settingsOf(ctx).engine !== BUILT_IN && 'the lab answers for the engine'

/** All of the phase. */
export const checks: PlatformCheck[] = [
  ...refusalChecks,
  ...accessChecks,
  check({
    id: 'security.engine-ready',
    title: 'The policy engine is ready and understands its policies',
    pitfalls: ['KP1405', 'KP1406'],
    appliesTo: hasEngine,
    simulated: webhookEngine,
    within: SOON,
    run: (ctx) => (settingsOf(ctx).engine === BUILT_IN ? builtInReady(ctx) : workloadsOf(ctx)),
  }),
  check({
    id: 'security.one-engine',
    title: 'There is one policy engine and no other',
    pitfalls: ['KP1404'],
    async run(ctx) {
      const {engine} = settingsOf(ctx)
      const found = await findEngines(ctx)
      const others = found.filter((one) => one.engine !== engine)
      // Where kp has none, one of somebody else's is no second one.
      if (engine === 'none') return verdict(others.slice(1).map(({title, by}) => `${title} (${by})`), others[0]?.title ?? 'none, as kp.yaml says', 'at most one engine')
      return verdict(others.map(({title, by}) => `${title} (${by}) is there beside ${ENGINE_TITLES[engine]}`), ENGINE_TITLES[engine], 'one engine: of two each refuses what the other lets through')
    },
  }),
  check({
    id: 'security.policies',
    title: 'Every policy is there and does what kp.yaml says: report or refuse',
    pitfalls: ['KP1407'],
    appliesTo: hasEngine,
    within: SOON,
    run: lookAtPolicies,
  }),
  check({
    id: 'security.reports',
    title: 'What the policies would block can be told',
    pitfalls: ['KP1405'],
    async run(ctx) {
      const cluster = await ctx.cluster()
      // Kyverno writes its own reports beside: their kind is a part of it.
      if (settingsOf(ctx).engine === 'kyverno' && (await cluster.list('wgpolicyk8s.io/v1alpha2', 'PolicyReport')) === undefined) return {status: 'fail', observed: 'the cluster does not know PolicyReport (wgpolicyk8s.io/v1alpha2)', expected: 'Kyverno writes a report for each workload'}
      const {namespaces, blocked} = await policyReport(ctx, cluster)
      const looked = namespaces.filter(({mode}) => mode !== 'exempt')
      return {status: 'pass', observed: `${looked.reduce((sum, {workloads}) => sum + workloads, 0)} workloads in ${looked.length} namespaces, ${blocked.length} would be blocked`}
    },
  }),
  check({
    id: 'security.violations',
    title: 'Nothing runs that the policies would block',
    severity: 'warning',
    pitfalls: ['KP1401'],
    appliesTo: hasEngine,
    async run(ctx) {
      const {blocked} = await policyReport(ctx, await ctx.cluster())
      if (blocked.length === 0) return {status: 'pass', observed: 'every workload keeps the rules'}
      return {...verdict(blocked.map(describeBlocked), '', 'every workload keeps the rules: kp policy report'), status: 'warn'}
    },
  }),
]

/** The policies are compiled, and the API server has nothing to say against their expressions. */
async function builtInReady(ctx: PlatformContext): Promise<CheckResult> {
  const policies = (await (await ctx.cluster()).listKnown(API, 'ValidatingAdmissionPolicy')).filter(isOurs)
  if (policies.length === 0) return {status: 'fail', observed: 'the API server has none of the policies', expected: 'kp up brings them'}
  const complaints = policies.flatMap((policy): string[] => {
    const status = (policy['status'] ?? {}) as {observedGeneration?: number; typeChecking?: {expressionWarnings?: {fieldRef: string; warning: string}[]}}
    const warnings = status.typeChecking?.expressionWarnings ?? []
    if (warnings.length > 0) return warnings.map(({fieldRef, warning}) => `${policy.metadata.name}: ${fieldRef}: ${warning.split('\n')[0]}`)
    return (status.observedGeneration ?? 0) < (policy.metadata.generation ?? 0) ? [`${policy.metadata.name}: not looked at yet`] : []
  })
  return verdict(complaints, `${policies.length} policies are compiled`, 'every expression fits the kinds that it is about')
}

async function workloadsOf(ctx: PlatformContext): Promise<CheckResult> {
  const {workloads} = platformObjects(ctx, settingsOf(ctx).engine)
  const live = await (await ctx.cluster()).listKnown('apps/v1', 'Deployment')
  const complaints = workloads.flatMap(({kind, namespace, name}) => {
    const found = live.find((object) => object.kind === kind && nameOf(object.metadata) === `${namespace}/${name}`)
    return (found === undefined ? `${kind} ${namespace}/${name} does not exist` : complainAboutWorkload(found)) ?? []
  })
  return verdict(complaints, `${workloads.length} workloads are ready`, 'every replica is available')
}

function isOurs(object: KubeObject): boolean {
  return object.metadata.name.startsWith(PREFIX)
}

interface WantedPolicy {
  apiVersion: string
  kind: string
  name: string
  /** What it does, as it says it itself; undefined for a policy whose binding does. */
  does?: string
}

/** The policies by engine, with what each must do. */
function wantedPolicies(ctx: PlatformContext): WantedPolicy[] {
  const {engine, mode} = settingsOf(ctx)
  const of = (object: KubeObject): WantedPolicy => ({apiVersion: object.apiVersion, kind: object.kind, name: object.metadata.name, ...(object.kind === 'ValidatingAdmissionPolicy' || object.kind === 'ConstraintTemplate' ? {} : {does: doesOf(object)})})
  if (engine === BUILT_IN) return admissionPolicies(ctx).map(of)
  if (engine === 'gatekeeper') return [...constraintTemplates(ctx), ...constraints(ctx)].map(of)
  const chart = platformObjects(ctx, 'kyverno-policies').others.map(({kind, name}): WantedPolicy => ({apiVersion: KYVERNO_API, kind, name, does: mode === 'enforce' ? 'Deny' : 'Audit'}))
  return [...chart, ...kyvernoPolicies(ctx).map(of)]
}

async function lookAtPolicies(ctx: PlatformContext): Promise<CheckResult> {
  const cluster = await ctx.cluster()
  const complaints: string[] = []
  const wanted = wantedPolicies(ctx)
  for (const [kind, policies] of Map.groupBy(wanted, (one) => `${one.apiVersion} ${one.kind}`)) {
    const [apiVersion = '', name = ''] = kind.split(' ')
    const live = new Map((await cluster.listKnown(apiVersion, name)).map((object) => [object.metadata.name, object]))
    for (const policy of policies) {
      const found = live.get(policy.name)
      if (found === undefined) complaints.push(`${policy.kind} ${policy.name} does not exist`)
      else if (policy.does !== undefined && doesOf(found) !== policy.does) complaints.push(`${policy.name}: does ${doesOf(found) || 'nothing'} instead of ${policy.does}`)
    }
  }
  const {mode, enforceNamespaces} = settingsOf(ctx)
  const where = mode === 'enforce' ? 'refuse' : enforceNamespaces.length === 0 ? 'report' : `refuse in ${enforceNamespaces.join(', ')}, report elsewhere`
  return verdict(complaints, `${rulesOf(ruleLevel(ctx)).length} rules ${where}`, 'every policy, doing what kp.yaml says')
}

/** What a policy, a binding or a constraint does: `Audit and Deny`. */
function doesOf(object: KubeObject): string {
  const {validationActions = [], enforcementAction} = (object['spec'] ?? {}) as {validationActions?: string[]; enforcementAction?: string}
  return enforcementAction ?? validationActions.toSorted().join(' and ')
}
