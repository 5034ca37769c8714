/** Traces: where they go, and Jaeger where it is to be in the cluster. */
import {TRACING_NAMESPACE, TRACING_PROVIDER} from '../../components/mesh-values.ts'
import {relocateImage} from '../../components/objects.ts'
import type {ManifestContext, PlatformStep} from '../../context.ts'
import {manifestSet} from '../shared/manifest-set.ts'
import {namespaceObject} from '../shared/namespace.ts'
import {isIstio, ISTIO} from './names.ts'

const IMAGE = 'docker.io/jaegertracing/jaeger:2.19.0'
const LABELS = {'app.kubernetes.io/name': 'jaeger'}

/** Whether Jaeger is wanted, or why not. */
export const wantsJaeger = ({spec}: Pick<ManifestContext, 'spec'>): true | string => (spec.phases.mesh.tracing.backend === 'jaeger' ? true : `phases.mesh.tracing.backend is ${spec.phases.mesh.tracing.backend}`)

/**
 * Jaeger as objects of kp's own: its chart builds on a library chart that lies elsewhere. Traces are kept in memory, as many as
 * fit; for lasting ones send them to a store of yours (backend otlp).
 */
export const jaeger: PlatformStep = manifestSet({
  id: 'mesh/jaeger',
  title: 'Start Jaeger',
  appliesTo: wantsJaeger,
  verify: ['mesh.jaeger'],
  objects: (ctx) => [
    ...[namespaceObject(ctx, TRACING_NAMESPACE, 'restricted')].filter((object) => object !== undefined),
    {apiVersion: 'v1', kind: 'ServiceAccount', metadata: {name: 'jaeger', namespace: TRACING_NAMESPACE}, automountServiceAccountToken: false},
    {
      apiVersion: 'apps/v1', kind: 'Deployment', metadata: {name: 'jaeger', namespace: TRACING_NAMESPACE, labels: LABELS},
      spec: {
        replicas: 1,
        selector: {matchLabels: LABELS},
        template: {
          metadata: {labels: LABELS},
          spec: {
            serviceAccountName: 'jaeger',
            automountServiceAccountToken: false,
            securityContext: {runAsNonRoot: true, runAsUser: 10_001, seccompProfile: {type: 'RuntimeDefault'}},
            containers: [{
              name: 'jaeger', image: relocateImage(IMAGE, ctx.spec.images.mirror),
              ports: [{name: 'otlp-grpc', containerPort: 4317, protocol: 'TCP'}, {name: 'otlp-http', containerPort: 4318, protocol: 'TCP'}, {name: 'query', containerPort: 16_686, protocol: 'TCP'}, {name: 'health', containerPort: 13_133, protocol: 'TCP'}],
              readinessProbe: {httpGet: {path: '/status', port: 'health'}, periodSeconds: 10},
              resources: {requests: {cpu: '50m', memory: '256Mi'}, limits: {memory: '1Gi'}},
              securityContext: {allowPrivilegeEscalation: false, readOnlyRootFilesystem: true, capabilities: {drop: ['ALL']}},
              volumeMounts: [{name: 'tmp', mountPath: '/tmp'}],
            }],
            volumes: [{name: 'tmp', emptyDir: {}}],
          },
        },
      },
    },
    {apiVersion: 'v1', kind: 'Service', metadata: {name: 'jaeger-collector', namespace: TRACING_NAMESPACE, labels: LABELS}, spec: {selector: LABELS, ports: [{name: 'grpc-otlp', port: 4317, targetPort: 'otlp-grpc', protocol: 'TCP', appProtocol: 'grpc'}, {name: 'http-otlp', port: 4318, targetPort: 'otlp-http', protocol: 'TCP', appProtocol: 'http'}]}},
    {apiVersion: 'v1', kind: 'Service', metadata: {name: 'jaeger-query', namespace: TRACING_NAMESPACE, labels: LABELS}, spec: {selector: LABELS, ports: [{name: 'http-query', port: 16_686, targetPort: 'query', protocol: 'TCP'}]}},
  ],
})

/** How many requests Istio traces, and with which collector. */
export const telemetry: PlatformStep = manifestSet({
  id: 'mesh/telemetry',
  title: 'Say which requests are traced',
  appliesTo: (ctx) => (!isIstio(ctx) ? 'Linkerd traces what its ingress traces' : ctx.spec.phases.mesh.tracing.backend === 'none' ? 'phases.mesh.tracing.backend is none' : true),
  objects: (ctx) => [{apiVersion: 'telemetry.istio.io/v1', kind: 'Telemetry', metadata: {name: 'mesh-default', namespace: ISTIO}, spec: {tracing: [{providers: [{name: TRACING_PROVIDER}], randomSamplingPercentage: ctx.spec.phases.mesh.tracing.samplePercent}]}}],
})
