/** Checks of phase 14 about levels, roles and traffic. */
import {check, verdict} from '../../checks/builders.ts'
import {applicationNamespaces, hasDemo, SYSTEM_NAMESPACES} from '../../checks/own-namespaces.ts'
import type {PlatformCheck, PlatformContext} from '../../context.ts'
import {KpError} from '../../engine/errors.ts'
import type {CheckResult} from '../../engine/types.ts'
import type {KubeObject} from '../../tools/kube-api.ts'
import {namespaceObjects} from './namespaces.ts'
import {LEVELS, PSA, settingsOf} from './names.ts'
import {tierNamespaces} from './tiers.ts'

const namesNamespaces = (ctx: Pick<PlatformContext, 'spec'>): true | string => (settingsOf(ctx).namespaces.length > 0 ? true : 'phases.security.namespaces is empty')

/** Everybody, and accounts that pods get without asking. */
const TOO_MANY = new Set(['system:unauthenticated', 'system:authenticated', 'system:anonymous', 'system:serviceaccounts'])

interface Subject {
  kind: string
  name: string
  namespace?: string
}

/** Levels, roles, traffic. */
export const accessChecks: PlatformCheck[] = [
  check({
    id: 'security.pod-security',
    title: 'Namespaces of applications have the Pod Security level of kp.yaml',
    pitfalls: ['KP1412'],
    appliesTo: (ctx) => (namespaceObjects(ctx).length + applicationNamespaces(ctx).length > 0 ? true : 'there is no namespace of applications'),
    async run(ctx) {
      const live = new Map((await (await ctx.cluster()).listKnown('v1', 'Namespace')).map((object) => [object.metadata.name, object]))
      const wanted = new Map([
        ...(hasDemo(ctx) ? [['demo', 'restricted'] as const] : []),
        ...namespaceObjects(ctx).map((object) => [object.metadata.name, object.metadata.labels?.[PSA.enforce] ?? ''] as const),
      ])
      const complaints = [...wanted].flatMap(([name, level]) => {
        const found = live.get(name)
        // That the demo application is there is for phase 6 to say: it may still be on its way.
        if (found === undefined) return name === 'demo' ? [] : [`namespace ${name} does not exist`]
        const seen = found.metadata.labels?.[PSA.enforce]
        const strict = LEVELS.indexOf(seen as (typeof LEVELS)[number]) >= LEVELS.indexOf(level as (typeof LEVELS)[number])
        return strict ? [] : [`namespace ${name} has ${seen === undefined ? 'no level' : `level ${seen}`} instead of ${level}`]
      })
      return verdict(complaints, [...wanted].map(([name, level]) => `${name}: ${level}`).join(', '), 'the level of kp.yaml, or a stricter one')
    },
  }),
  check({
    id: 'security.unlabelled-namespaces',
    title: 'Every namespace has a Pod Security level',
    severity: 'warning',
    pitfalls: ['KP1412'],
    async run(ctx) {
      const live = await (await ctx.cluster()).listKnown('v1', 'Namespace')
      // One that a chart makes beside its own holds no pods: it is the chart's.
      const none = live.filter(({metadata: {name, labels}}) => !SYSTEM_NAMESPACES.includes(name) && labels?.[PSA.enforce] === undefined && labels?.['app.kubernetes.io/managed-by'] !== 'Helm').map(({metadata}) => `namespace ${metadata.name} has none: pods there may be privileged`)
      return none.length === 0 ? {status: 'pass', observed: `${live.length} namespaces`} : {...verdict(none, '', `the label ${PSA.enforce}, baseline or restricted`), status: 'warn'}
    },
  }),
  check({
    id: 'security.roles',
    title: 'Groups of kp.yaml may do what their role says, and no more',
    pitfalls: ['KP1409'],
    appliesTo: namesNamespaces,
    run: askRoles,
  }),
  check({
    id: 'security.cluster-admins',
    title: 'Nobody administers the cluster who should not',
    pitfalls: ['KP1410'],
    async run(ctx) {
      const cluster = await ctx.cluster()
      const bindings = await cluster.listKnown('rbac.authorization.k8s.io/v1', 'ClusterRoleBinding')
      const roles = await cluster.listKnown('rbac.authorization.k8s.io/v1', 'ClusterRole')
      const all = new Set(roles.filter(allowsAll).map(({metadata}) => metadata.name))
      const complaints = bindings.flatMap((binding) => {
        const {roleRef, subjects = []} = binding as unknown as {roleRef: {name: string}; subjects?: Subject[]}
        if (!all.has(roleRef.name)) return []
        return subjects.filter(isTooMany).map((subject) => `ClusterRoleBinding ${binding.metadata.name} makes ${subject.kind} ${subject.namespace === undefined ? '' : `${subject.namespace}/`}${subject.name} an administrator`)
      })
      return verdict(complaints, `${bindings.length} bindings, none for everybody`, 'no administrator among groups of everybody and default accounts')
    },
  }),
  check({
    id: 'security.network-policies',
    title: 'Namespaces of applications deny what is not allowed by name',
    severity: 'warning',
    pitfalls: ['KP1411'],
    simulated: (ctx) => ctx.provider.simulated && settingsOf(ctx).engine === 'kyverno' && 'kp makes them in the place of Kyverno',
    appliesTo: (ctx) => (!settingsOf(ctx).generateNetworkPolicies ? 'phases.security.generateNetworkPolicies is off' : tierNamespaces(ctx).length > 0 ? true : 'phases.security.namespaces is empty'),
    async run(ctx) {
      const policies = await (await ctx.cluster()).listKnown('networking.k8s.io/v1', 'NetworkPolicy')
      const open = tierNamespaces(ctx).filter((namespace) => !policies.some((policy) => policy.metadata.namespace === namespace && deniesAll(policy)))
      return open.length === 0 ? {status: 'pass', observed: `${tierNamespaces(ctx).join(', ')}: default deny`} : {...verdict(open.map((name) => `namespace ${name} has no policy that denies all`), '', 'a policy for all pods that allows nothing'), status: 'warn'}
    },
  }),
]

function allowsAll(role: KubeObject): boolean {
  const {rules} = role as unknown as {rules?: {apiGroups?: string[]; resources?: string[]; verbs?: string[]}[] | null}
  return (rules ?? []).some(({apiGroups = [], resources = [], verbs = []}) => [apiGroups, resources, verbs].every((list) => list.includes('*')))
}

function isTooMany({kind, name}: Subject): boolean {
  return kind === 'ServiceAccount' ? name === 'default' : TOO_MANY.has(name)
}

function deniesAll(policy: KubeObject): boolean {
  const {podSelector, policyTypes = [], ingress = [], egress = []} = policy['spec'] as {podSelector?: object; policyTypes?: string[]; ingress?: unknown[]; egress?: unknown[]}
  return Object.keys(podSelector ?? {}).length === 0 && policyTypes.includes('Ingress') && policyTypes.includes('Egress') && ingress.length + egress.length === 0
}

interface Question {
  who: string
  review: {user: string; groups?: string[]}
  may: boolean
  verb: string
  group: string
  resource: string
}

/** What each role must and must not allow. */
function questionsOf(ctx: PlatformContext): {namespace: string; questions: Question[]}[] {
  const someone = (group: string): Question['review'] => ({user: 'kp-question', groups: [group, 'system:authenticated']})
  return settingsOf(ctx).namespaces.map(({name, admins, viewers, deployers}) => ({
    namespace: name,
    questions: [
      ...admins.flatMap((group): Question[] => [
        {who: `group ${group}`, review: someone(group), may: true, verb: 'create', group: 'apps', resource: 'deployments'},
        {who: `group ${group}`, review: someone(group), may: false, verb: 'delete', group: '', resource: 'resourcequotas'},
      ]),
      ...viewers.filter((group) => !admins.includes(group)).flatMap((group): Question[] => [
        {who: `group ${group}`, review: someone(group), may: true, verb: 'list', group: '', resource: 'pods'},
        {who: `group ${group}`, review: someone(group), may: false, verb: 'get', group: '', resource: 'secrets'},
        {who: `group ${group}`, review: someone(group), may: false, verb: 'create', group: 'apps', resource: 'deployments'},
      ]),
      ...deployers.flatMap((account): Question[] => [
        {who: `account ${account}`, review: {user: `system:serviceaccount:${name}:${account}`}, may: true, verb: 'patch', group: 'apps', resource: 'deployments'},
        {who: `account ${account}`, review: {user: `system:serviceaccount:${name}:${account}`}, may: false, verb: 'create', group: 'rbac.authorization.k8s.io', resource: 'rolebindings'},
      ]),
    ],
  }))
}

/** Asks the API server itself (a review changes nothing). */
async function askRoles(ctx: PlatformContext): Promise<CheckResult> {
  const {api} = await ctx.cluster()
  const complaints: string[] = []
  let asked = 0
  for (const {namespace, questions} of questionsOf(ctx)) {
    for (const {who, review, may, verb, group, resource} of questions) {
      const answer = await api.request({
        method: 'POST',
        path: '/apis/authorization.k8s.io/v1/subjectaccessreviews',
        body: {apiVersion: 'authorization.k8s.io/v1', kind: 'SubjectAccessReview', spec: {...review, resourceAttributes: {namespace, verb, group, resource}}},
      })
      if (answer.status >= 300) throw new KpError({code: 'API_ERROR', message: `the API server does not say who may do what: ${answer.status} ${(answer.body as {message?: string} | undefined)?.message ?? ''}`.trim()})
      asked += 1
      const allowed = (answer.body as {status?: {allowed?: boolean}}).status?.allowed === true
      if (allowed !== may) complaints.push(`${who} ${allowed ? 'may' : 'may not'} ${verb} ${resource} in ${namespace}`)
    }
  }
  return verdict(complaints, `${asked} questions to the API server, as kp.yaml says`, 'admins change, viewers read, neither goes beyond')
}

