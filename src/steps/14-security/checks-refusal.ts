/** Checks that try what must not run, as a dry run, and say who refused it. */
import {check} from '../../checks/builders.ts'
import {applicationNamespaces, madeCluster} from '../../checks/own-namespaces.ts'
import {whoRefused} from '../../checks/policies/refusal.ts'
import {modeOf} from '../../checks/policies/report.ts'
import type {PlatformCheck, PlatformContext} from '../../context.ts'
import type {CheckResult} from '../../engine/types.ts'
import type {KubeObject} from '../../tools/kube-api.ts'
import {levelOf} from './namespaces.ts'
import {settingsOf} from './names.ts'

/** A pod that keeps every rule but the one that is tried. */
function trial(namespace: string, what: {container?: Record<string, unknown>; volumes?: unknown[]}): KubeObject {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {name: 'kp-dry-run', namespace},
    spec: {
      automountServiceAccountToken: false,
      securityContext: {runAsNonRoot: true, runAsUser: 65_532, seccompProfile: {type: 'RuntimeDefault'}},
      containers: [
        {
          name: 'trial', image: 'registry.k8s.io/pause:3.10',
          resources: {requests: {cpu: '1m', memory: '1Mi'}, limits: {cpu: '1m', memory: '1Mi'}},
          securityContext: {allowPrivilegeEscalation: false, capabilities: {drop: ['ALL']}, ...what.container},
        },
      ],
      ...(what.volumes === undefined ? {} : {volumes: what.volumes}),
    },
  }
}

/** The namespaces in which it must be refused: those of applications, and `default` where kp made the cluster. */
export function guardedNamespaces(ctx: PlatformContext): string[] {
  const open = settingsOf(ctx).namespaces.filter((one) => levelOf(ctx, one) === 'privileged' && modeOf(ctx, one.name) !== 'enforce').map(({name}) => name)
  return [...(madeCluster(ctx) ? ['default'] : []), ...applicationNamespaces(ctx)].filter((name) => !open.includes(name))
}

/** Tries a pod in each of them. */
async function mustBeRefused(ctx: PlatformContext, what: {container?: Record<string, unknown>; volumes?: unknown[]}): Promise<CheckResult> {
  const {api} = await ctx.cluster()
  const said: {namespace: string; by?: string; why: string; outcome: 'refused' | 'accepted' | 'unknown'}[] = []
  for (const namespace of guardedNamespaces(ctx)) {
    const answer = await api.dryRunApply(trial(namespace, what), 'kp')
    const message = (answer.body as {message?: string} | undefined)?.message ?? `status ${answer.status}`
    const refusal = whoRefused(message)
    if (answer.status < 300) said.push({namespace, why: 'it was accepted', outcome: 'accepted'})
    else if (refusal === undefined) said.push({namespace, why: message, outcome: 'unknown'})
    else said.push({namespace, by: refusal.by, why: refusal.why, outcome: 'refused'})
  }
  const evidence = said.map(({namespace, by, why}) => `${namespace}: ${by === undefined ? why : `refused by ${by}: ${why}`}`)
  const expected = 'refused in every namespace of applications'
  const accepted = said.filter(({outcome}) => outcome === 'accepted')
  if (accepted.length > 0) return {status: 'fail', observed: `accepted in ${accepted.map(({namespace}) => namespace).join(', ')}`, expected, evidence}
  const unclear = said.find(({outcome}) => outcome === 'unknown')
  if (unclear !== undefined) return {status: 'unknown', observed: `${unclear.namespace}: ${unclear.why}`, evidence}
  const byWhom = Map.groupBy(said, ({by = ''}) => by)
  return {status: 'pass', observed: `refused by ${[...byWhom].map(([by, where]) => `${by} in ${where.map(({namespace}) => namespace).join(', ')}`).join('; ')}`, expected, evidence}
}

const somewhere = (ctx: PlatformContext): true | string => (guardedNamespaces(ctx).length > 0 ? true : 'there is no namespace of applications: phases.security.namespaces')

/** What must not run is refused. */
export const refusalChecks: PlatformCheck[] = [
  check({
    id: 'security.privileged-pod-refused',
    title: 'A privileged pod is refused, and the cluster says by whom',
    pitfalls: ['KP1402'],
    appliesTo: somewhere,
    run: (ctx) => mustBeRefused(ctx, {container: {privileged: true, allowPrivilegeEscalation: true}}),
  }),
  check({
    id: 'security.host-path-refused',
    title: 'A pod that mounts a path of its node is refused, and the cluster says by whom',
    pitfalls: ['KP1402'],
    appliesTo: somewhere,
    run: (ctx) => mustBeRefused(ctx, {volumes: [{name: 'node', hostPath: {path: '/'}}]}),
  }),
]
