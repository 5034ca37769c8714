/**
 * The connectivity test: what pods really reach. The same client asks in two
 * namespaces: in an open one, before any rule, everything must answer; in a
 * guarded one, after deny and allow rules, only what is named. The exit codes
 * of the client's containers are the result, so that it can be run again at
 * any time: delete the Jobs, and the next run makes them anew.
 */
import {createHash} from 'node:crypto'
import {relocateImage} from '../../components/objects.ts'
import type {ManifestContext, PlatformStep} from '../../context.ts'
import type {KubeObject} from '../../tools/kube-api.ts'
import {manifestSet} from '../shared/manifest-set.ts'
import {namespaceObject} from '../shared/namespace.ts'
import {allowApiServer, networkPolicies} from '../shared/network-policies.ts'
import {GUARDED_NAMESPACE, OPEN_LABEL, OPEN_NAMESPACE} from './names.ts'

const IMAGE = 'registry.k8s.io/e2e-test-images/agnhost:2.53'
const SERVER = {app: 'server'}
const CLIENT = {app: 'client'}
/** The port that the rules name, and one that they do not. */
const PORTS = {named: 8080, unnamed: 8081}
const SECURITY = {allowPrivilegeEscalation: false, readOnlyRootFilesystem: true, capabilities: {drop: ['ALL']}}
const POD_SECURITY = {runAsNonRoot: true, runAsUser: 65_532, seccompProfile: {type: 'RuntimeDefault'}}
const RESOURCES = {requests: {cpu: '10m', memory: '16Mi'}, limits: {memory: '64Mi'}}

const wantsTest: NonNullable<PlatformStep['appliesTo']> = (ctx) => (ctx.spec.phases.cni.connectivityTest ? true : 'phases.cni.connectivityTest is off')

/** One part of the test. */
export interface ConnectivityPart {
  namespace: string
  /** Name of the Job before its digest. */
  job: 'before' | 'after'
  /** Whether the port without a rule must answer. */
  open: boolean
}

/** The two parts, in order. */
export const PARTS: Record<'before' | 'after', ConnectivityPart> = {
  before: {namespace: OPEN_NAMESPACE, job: 'before', open: true},
  after: {namespace: GUARDED_NAMESPACE, job: 'after', open: false},
}

/** Names of the client's containers, in the order in which they ask, with what each proves. */
export const QUESTIONS = {
  dns: 'names are resolved',
  service: 'a Service is reached',
  'api-server': 'the API server is reached',
  unnamed: 'a port that no rule names',
} as const

/** The steps of the test: first without rules, then with them. */
export const connectivitySteps: PlatformStep[] = [
  testStep('cni/connectivity-before', 'Test what pods reach before any rule', PARTS.before),
  {
    ...networkPolicies({
      id: 'cni/connectivity-policies',
      namespace: GUARDED_NAMESPACE,
      rules: () => [
        allowApiServer(CLIENT),
        {name: 'allow-client', pods: CLIENT, egress: [{to: [{podSelector: {matchLabels: SERVER}}]}]},
        {name: 'allow-server', pods: SERVER, ingress: [{from: [{podSelector: {matchLabels: CLIENT}}], ports: [{protocol: 'TCP', port: PORTS.named}]}]},
      ],
    }),
    appliesTo: wantsGuarded,
  },
  testStep('cni/connectivity-after', 'Test what pods reach after the allow rules', PARTS.after),
]

/** Name of a part's Job: a Job cannot be changed, so that another one has another name. */
export function jobName(ctx: ManifestContext, part: ConnectivityPart): string {
  return `${part.job}-${createHash('sha256').update(JSON.stringify(clientPod(ctx, part))).digest('hex').slice(0, 8)}`
}

function wantsGuarded(ctx: ManifestContext): true | string {
  const {connectivityTest, defaultDeny} = ctx.spec.phases.cni
  return connectivityTest ? (defaultDeny ? true : 'phases.cni.defaultDeny is off') : 'phases.cni.connectivityTest is off'
}

function testStep(id: string, title: string, part: ConnectivityPart): PlatformStep {
  return manifestSet({
    id,
    title,
    render: false,
    appliesTo: part.open ? wantsTest : wantsGuarded,
    verify: [`cni.connectivity-${part.job}`],
    objects: (ctx) => [...(part.open ? namespaces(ctx) : []), ...serverObjects(ctx, part.namespace), clientJob(ctx, part)],
  })
}

/** Both namespaces: that of the rules must be there before them. */
function namespaces(ctx: ManifestContext): KubeObject[] {
  return [OPEN_NAMESPACE, ...(wantsGuarded(ctx) === true ? [GUARDED_NAMESPACE] : [])].flatMap((name) => {
    const namespace = namespaceObject(ctx, name, 'restricted')
    if (namespace === undefined) return []
    return [name === OPEN_NAMESPACE ? {...namespace, metadata: {...namespace.metadata, labels: {...namespace.metadata.labels, [OPEN_LABEL]: 'none'}}} : namespace]
  })
}

function serverObjects(ctx: ManifestContext, namespace: string): KubeObject[] {
  const ports = Object.entries(PORTS)
  return [
    {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: {name: 'server', namespace, labels: SERVER},
      spec: {
        replicas: 1,
        selector: {matchLabels: SERVER},
        template: {
          metadata: {labels: SERVER},
          spec: {
            automountServiceAccountToken: false,
            securityContext: POD_SECURITY,
            containers: ports.map(([name, port]) => ({
              name,
              image: imageOf(ctx),
              args: ['netexec', `--http-port=${port}`, '--udp-port=-1'],
              ports: [{name, containerPort: port, protocol: 'TCP'}],
              readinessProbe: {httpGet: {path: '/healthz', port: name}, periodSeconds: 2},
              resources: RESOURCES,
              securityContext: SECURITY,
            })),
          },
        },
      },
    },
    {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: {name: 'server', namespace, labels: SERVER},
      spec: {selector: SERVER, ports: ports.map(([name, port]) => ({name, port, targetPort: name, protocol: 'TCP'}))},
    },
  ]
}

function clientJob(ctx: ManifestContext, part: ConnectivityPart): KubeObject {
  return {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: {name: jobName(ctx, part), namespace: part.namespace, labels: CLIENT},
    // Agents take a moment to learn of new pods and rules: a failed try is followed by others.
    spec: {backoffLimit: 6, activeDeadlineSeconds: 600, template: {metadata: {labels: CLIENT}, spec: clientPod(ctx, part)}},
  }
}

/** Init containers ask one after the other: the port without a rule is asked last, when the server is known to answer. */
function clientPod(ctx: ManifestContext, part: ConnectivityPart): Record<string, unknown> {
  const server = `server.${part.namespace}.svc`
  const ask = (target: string): string[] => ['/agnhost', 'connect', target, '--timeout=5s']
  const container = (name: keyof typeof QUESTIONS, command: string[]): Record<string, unknown> => ({name, image: imageOf(ctx), command, resources: RESOURCES, securityContext: SECURITY})
  const unnamed = ask(`${server}:${PORTS.unnamed}`)
  return {
    restartPolicy: 'Never',
    automountServiceAccountToken: false,
    securityContext: POD_SECURITY,
    initContainers: [
      container('dns', ['nslookup', '-timeout=5', 'kubernetes.default.svc']),
      container('service', ask(`${server}:${PORTS.named}`)),
      container('api-server', ask('kubernetes.default.svc:443')),
    ],
    containers: [container('unnamed', part.open ? unnamed : ['sh', '-c', `! ${unnamed.join(' ')}`])],
  }
}

function imageOf(ctx: ManifestContext): string {
  return relocateImage(IMAGE, ctx.spec.images.mirror)
}
