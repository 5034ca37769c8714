/** apps/: how applications get in, and one to copy. */
import {stringify} from 'yaml'
import type {RepositoryContext, RepositoryFile} from '../../context.ts'
import {frontDoor, gatewayRef, listenerOf} from '../shared/front-door.ts'

const HEADER = '# Rendered by kp from kp.yaml. Copy the folder; this one is written anew\n'

/** Where images of applications are pushed to. */
export function registryOf({environments}: Pick<RepositoryContext, 'environments'>): string {
  const [first] = environments
  const harbor = environments.map((spec) => spec.phases.deliverables.harbor).find(({enabled}) => enabled)
  if (harbor !== undefined) return `${harbor.host ?? `harbor.${first?.domain ?? 'example.com'}`}/apps`
  return first?.images.mirror ?? 'registry.example.com/apps'
}

/** The page and the example. The example is the same for every environment. */
export function appFiles(ctx: RepositoryContext): RepositoryFile[] {
  const [first = ctx.spec] = ctx.environments
  return [
    {path: 'apps/README.md', text: readme(ctx)},
    ...Object.entries(example({...ctx, spec: first})).map(([name, value]) => ({path: `apps/example/${name}`, text: HEADER + stringify(value, {version: '1.1', lineWidth: 0})})),
  ]
}

function readme(ctx: RepositoryContext): string {
  const tools = new Set(ctx.environments.map(({phases: {gitops}}) => gitops.tool))
  const lines = [
    ...(tools.has('argo-cd') ? ['- Argo CD: an Application whose source is `apps/NAME` of this repository, kept in\n  a file of yours under `clusters/<environment>/gitops/apps/`.'] : []),
    ...(tools.has('flux') ? ['- Flux: a Kustomization whose path is `./apps/NAME`, kept in a file of yours under\n  `clusters/<environment>/gitops/apps/`.'] : []),
    ...(tools.has('none') ? ['- By hand: `kubectl apply -k apps/NAME`, with the kubeconfig of `kp kubeconfig`.'] : []),
  ]
  return `# Applications

Rendered by kp from kp.yaml. Change kp.yaml, then run: \`kp render\`

Copy \`apps/example\` to \`apps/NAME\`, change names and image, and let it be deployed:

${lines.join('\n')}

The example has what a production namespace asks for: requests and limits, probes, two
replicas over zones, a PodDisruptionBudget, no root and no capabilities.

The pipeline of an application builds its image, pushes it to
\`${registryOf(ctx)}\`, and writes the tag into \`apps/NAME/kustomization.yaml\` of
this repository: \`ci/\` has a template. Nothing but that commit deploys.

No Secret is kept here in plain text: seal it (kubeseal, SOPS), or let it be fetched.
`
}

function example(ctx: RepositoryContext): Record<string, unknown> {
  const labels = {app: 'example'}
  const door = frontDoor(ctx)
  const host = `example.${ctx.spec.domain}`
  const backend = {name: 'example', port: 80}
  const route = door.api === 'gateway'
    ? {apiVersion: 'gateway.networking.k8s.io/v1', kind: 'HTTPRoute', metadata: {name: 'example'}, spec: {parentRefs: [gatewayRef(door, listenerOf('demo'))], hostnames: [host], rules: [{backendRefs: [backend]}]}}
    : {apiVersion: 'networking.k8s.io/v1', kind: 'Ingress', metadata: {name: 'example'}, spec: {ingressClassName: door.className, rules: [{host, http: {paths: [{path: '/', pathType: 'Prefix', backend: {service: {name: 'example', port: {number: 80}}}}]}}]}}
  return {
    'kustomization.yaml': {
      apiVersion: 'kustomize.config.k8s.io/v1beta1',
      kind: 'Kustomization',
      namespace: 'example',
      resources: ['deployment.yaml', 'service.yaml', 'budget.yaml', ...(ctx.spec.phases.ingress.enabled ? ['route.yaml'] : [])],
      images: [{name: 'example', newName: `${registryOf(ctx)}/example`, newTag: '1.0.0'}],
    },
    'deployment.yaml': {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: {name: 'example', labels},
      spec: {
        replicas: 2,
        selector: {matchLabels: labels},
        template: {
          metadata: {labels},
          spec: {
            automountServiceAccountToken: false,
            securityContext: {runAsNonRoot: true, seccompProfile: {type: 'RuntimeDefault'}},
            topologySpreadConstraints: [{maxSkew: 1, topologyKey: 'topology.kubernetes.io/zone', whenUnsatisfiable: 'ScheduleAnyway', labelSelector: {matchLabels: labels}}],
            containers: [{
              name: 'example',
              image: 'example',
              ports: [{name: 'http', containerPort: 8080}],
              readinessProbe: {httpGet: {path: '/healthz', port: 'http'}},
              livenessProbe: {httpGet: {path: '/healthz', port: 'http'}, failureThreshold: 6},
              resources: {requests: {cpu: '100m', memory: '128Mi'}, limits: {memory: '256Mi'}},
              securityContext: {allowPrivilegeEscalation: false, readOnlyRootFilesystem: true, capabilities: {drop: ['ALL']}},
            }],
          },
        },
      },
    },
    'service.yaml': {apiVersion: 'v1', kind: 'Service', metadata: {name: 'example', labels}, spec: {selector: labels, ports: [{name: 'http', port: 80, targetPort: 'http'}]}},
    'budget.yaml': {apiVersion: 'policy/v1', kind: 'PodDisruptionBudget', metadata: {name: 'example'}, spec: {minAvailable: 1, selector: {matchLabels: labels}}},
    ...(ctx.spec.phases.ingress.enabled ? {'route.yaml': route} : {}),
  }
}
