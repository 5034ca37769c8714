/** Checks of the connectivity test: what its Jobs ended with. */
import {check} from '../../checks/builders.ts'
import type {PlatformCheck, PlatformContext} from '../../context.ts'
import type {Applies, CheckResult} from '../../engine/types.ts'
import type {KubeObject} from '../../tools/kube-api.ts'
import {jobName, PARTS, QUESTIONS} from './connectivity.ts'
import type {ConnectivityPart} from './connectivity.ts'

interface JobStatus {
  completionTime?: string
  conditions?: {type: string; status: string; reason?: string; message?: string}[]
}

interface ContainerState {
  name: string
  state?: {terminated?: {exitCode: number}}
}

/** What the Jobs of the connectivity test found. */
export const connectivityChecks: PlatformCheck[] = [
  connectivity('cni.connectivity-before', 'Before any rule a pod reaches DNS, a Service and the API server', PARTS.before, () => true),
  connectivity('cni.connectivity-after', 'After the allow rules a pod reaches what is named and nothing else', PARTS.after, (ctx) => (ctx.spec.phases.cni.defaultDeny ? true : 'phases.cni.defaultDeny is off')),
]

function connectivity(id: string, title: string, part: ConnectivityPart, applies: (ctx: PlatformContext) => Applies): PlatformCheck {
  return check({
    id,
    title,
    pitfalls: ['KP0413'],
    // No packet flows between simulated pods: that a Job ended there proves nothing.
    appliesTo: (ctx) => (ctx.provider.simulated ? 'simulated nodes: no packet flows between their pods' : ctx.spec.phases.cni.connectivityTest ? applies(ctx) : 'phases.cni.connectivityTest is off'),
    within: {deadlineMs: 180_000, everyMs: 2000},
    async run(ctx) {
      const cluster = await ctx.cluster()
      const name = jobName(ctx, part)
      const job = await cluster.get('batch/v1', 'Job', name, part.namespace)
      if (job === undefined) return {status: 'fail', observed: `Job ${part.namespace}/${name} does not exist`, expected: 'a test that was run: kp step cni'}
      const pods = await cluster.listKnown('v1', 'Pod', {labelSelector: `batch.kubernetes.io/job-name=${name}`})
      return judgeTest(part, job, pods.filter(({metadata}) => metadata.namespace === part.namespace))
    },
  })
}

/** What a Job and its pods say: by the exit codes of the containers, never by their output. Pure. */
export function judgeTest(part: ConnectivityPart, job: KubeObject, pods: KubeObject[]): CheckResult {
  const where = `Job ${part.namespace}/${job.metadata.name}`
  const expected = part.open ? `${Object.values(QUESTIONS).join(', ')}: all answer` : 'DNS, a Service and the API server answer; a port that no rule names does not'
  const status = (job['status'] ?? {}) as JobStatus
  const is = (type: string): boolean => status.conditions?.some((condition) => condition.type === type && condition.status === 'True') === true
  if (is('Complete')) return {status: 'pass', observed: `${part.open ? 'everything answered' : 'only what is named answered'}${status.completionTime === undefined ? '' : `, at ${status.completionTime}`}`, expected}
  const answers = pods.toSorted((a, b) => (a.metadata.creationTimestamp ?? '').localeCompare(b.metadata.creationTimestamp ?? '')).flatMap((pod) => failuresOf(pod, part))
  const last = answers.at(-1)
  if (is('Failed')) return {status: 'fail', observed: last ?? `${where} failed: ${status.conditions?.find(({type}) => type === 'Failed')?.message ?? 'no word why'}`, expected, evidence: [...new Set(answers)].slice(-10)}
  const waiting = pods.length === 0 ? 'it has no pod yet' : last === undefined ? 'its pod has not ended yet' : `it tries again: ${last}`
  return {status: 'fail', observed: `${where} has no result yet: ${waiting}`, expected}
}

function failuresOf(pod: KubeObject, part: ConnectivityPart): string[] {
  const status = (pod['status'] ?? {}) as {initContainerStatuses?: ContainerState[]; containerStatuses?: ContainerState[]}
  return [...(status.initContainerStatuses ?? []), ...(status.containerStatuses ?? [])].flatMap(({name, state}) => {
    const code = state?.terminated?.exitCode
    if (code === undefined || code === 0) return []
    const question = QUESTIONS[name as keyof typeof QUESTIONS] ?? name
    const said = name !== 'unnamed' ? `not true: ${question}` : part.open ? 'a second port of a Service does not answer, without any rule' : 'a port that no rule names answers: the rules are not enforced'
    return [`${said} (container ${name} of pod ${pod.metadata.name} ended with ${code})`]
  })
}
