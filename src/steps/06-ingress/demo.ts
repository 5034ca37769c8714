/** The demo application and the way to it. */
import {exposedServiceType} from '../../components/ingress-values.ts'
import {relocateImage} from '../../components/objects.ts'
import type {ManifestContext, PlatformStep} from '../../context.ts'
import {exposeHost} from '../shared/expose-host.ts'
import {allowFrontDoor, allowSolver, frontDoor} from '../shared/front-door.ts'
import {manifestSet} from '../shared/manifest-set.ts'
import {namespaceObject} from '../shared/namespace.ts'
import {networkPolicies} from '../shared/network-policies.ts'
import {PODS_CAN_RUN} from '../shared/order.ts'
import {DEMO_NAMESPACE, demoHost} from './names.ts'

/** The image of the demo application: answers on every path with the pod's name. */
const DEMO_IMAGE = 'registry.k8s.io/e2e-test-images/agnhost:2.53'

const wantsDemo: NonNullable<PlatformStep['appliesTo']> = (ctx) => (ctx.spec.phases.ingress.demo.enabled ? true : 'phases.ingress.demo.enabled is false')

/** Whether an autoscaler decides how many copies there are: then nobody else says a number. */
const scalesItself = ({spec}: Pick<ManifestContext, 'spec'>): boolean => spec.phases.autoscaling.enabled && spec.phases.autoscaling.hpa.enabled

/** The demo application. */
export const demo: PlatformStep = manifestSet({
  id: 'ingress/demo',
  title: 'Start the demo application',
  appliesTo: wantsDemo,
  verify: ['ingress.demo-ready'],
  // It needs the way to it for nothing: it starts beside it.
  after: [...PODS_CAN_RUN],
  objects: (ctx) => [
    ...[namespaceObject(ctx, DEMO_NAMESPACE, 'restricted')].filter((object) => object !== undefined),
    {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: {name: 'demo', namespace: DEMO_NAMESPACE, labels: {app: 'demo'}},
      spec: {
        ...(scalesItself(ctx) ? {} : {replicas: 2}),
        selector: {matchLabels: {app: 'demo'}},
        template: {
          metadata: {labels: {app: 'demo'}},
          spec: {
            automountServiceAccountToken: false,
            securityContext: {runAsNonRoot: true, runAsUser: 65_532, seccompProfile: {type: 'RuntimeDefault'}},
            topologySpreadConstraints: [{maxSkew: 1, topologyKey: 'topology.kubernetes.io/zone', whenUnsatisfiable: 'ScheduleAnyway', labelSelector: {matchLabels: {app: 'demo'}}}],
            containers: [
              {
                name: 'demo',
                image: relocateImage(DEMO_IMAGE, ctx.spec.images.mirror),
                args: ['netexec', '--http-port=8080'],
                ports: [{name: 'http', containerPort: 8080, protocol: 'TCP'}],
                readinessProbe: {httpGet: {path: '/healthz', port: 'http'}, periodSeconds: 5},
                resources: {requests: {cpu: '50m', memory: '32Mi'}, limits: {memory: '64Mi'}},
                securityContext: {allowPrivilegeEscalation: false, readOnlyRootFilesystem: true, capabilities: {drop: ['ALL']}},
              },
            ],
          },
        },
      },
    },
    {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: {name: 'demo', namespace: DEMO_NAMESPACE, labels: {app: 'demo'}},
      spec: {...(exposedServiceType(ctx.spec) === 'NodePort' ? {type: 'NodePort'} : {}), selector: {app: 'demo'}, ports: [{name: 'http', port: 80, targetPort: 'http', protocol: 'TCP'}]},
    },
    {
      apiVersion: 'policy/v1',
      kind: 'PodDisruptionBudget',
      metadata: {name: 'demo', namespace: DEMO_NAMESPACE},
      spec: {...(scalesItself(ctx) ? {maxUnavailable: 1} : {minAvailable: 1}), selector: {matchLabels: {app: 'demo'}}},
    },
  ],
})

/** HTTPS leads to the demo; HTTP leads to HTTPS. */
export const demoRoute: PlatformStep = manifestSet({
  id: 'ingress/demo-route',
  title: 'Lead requests to the demo application',
  appliesTo: wantsDemo,
  after: ['ingress/gateway', 'ingress/network-policies', 'ingress/simulation', 'ingress/demo-policies', 'cert-manager/issuers'],
  verify: ['ingress.routes', 'ingress.ingresses'],
  objects: (ctx) => exposeHost(ctx, {name: 'demo', namespace: DEMO_NAMESPACE, host: demoHost(ctx), service: 'demo', port: 80, healthPath: '/healthz'}),
})

const policies = networkPolicies({
  id: 'ingress/demo-policies',
  namespace: DEMO_NAMESPACE,
  rules: (ctx) => [allowFrontDoor(ctx, {app: 'demo'}, 8080), ...(frontDoor(ctx).api === 'ingress' ? allowSolver(ctx) : [])],
})

/** Who may call the demo. */
export const demoPolicies: PlatformStep = {...policies, after: ['ingress/demo'], appliesTo: (ctx) => (wantsDemo(ctx) === true ? (policies.appliesTo?.(ctx) ?? true) : wantsDemo(ctx))}
