/**
 * The choices of kp.yaml that decide which components a phase installs, as data: what an earlier choice
 * left is found by it. A new alternative is one more line.
 */
import {KpError} from '../engine/errors.ts'
import {logBackend} from '../spec/schema/phases-delivery.ts'

/** A field of kp.yaml and the components of each of its values. */
export interface Choice {
  phase: string
  /** Below `phases.<phase>`. */
  field: string
  /** By value, as text. A value that is not named installs nothing. */
  components: Record<string, string[]>
  /** `beside`: the new one is installed and checked before the old one goes. `refuse`: not in a cluster that lives. */
  change: 'beside' | 'refuse'
  /** What a person must know before the old one goes. */
  note?: string
  /** Where other fields belong to a value: the map that holds the field, with that value and their defaults. */
  whole?(value: string): object
}

/** All choices. */
export const CHOICES: Choice[] = [
  {phase: 'node-pools', field: 'snapshots', components: {true: ['snapshot-controller']}, change: 'beside'},
  {phase: 'node-pools', field: 'spotHandler', components: {'node-termination-handler': ['aws-node-termination-handler']}, change: 'beside'},
  {phase: 'node-pools', field: 'devicePlugin', components: {true: ['nvidia-device-plugin']}, change: 'beside'},
  {phase: 'cni', field: 'plugin', components: {cilium: ['cilium'], calico: ['tigera-operator']}, change: 'refuse'},
  {
    phase: 'ingress',
    field: 'controller',
    components: {'envoy-gateway': ['envoy-gateway'], traefik: ['traefik'], 'ingress-nginx': ['ingress-nginx'], 'aws-load-balancer-controller': ['aws-load-balancer-controller']},
    change: 'beside',
    note: 'the new way in has another address: point DNS at it before the old one goes, or its users get no answer (external-dns does it by itself)',
  },
  {phase: 'ingress', field: 'externalDns.enabled', components: {true: ['external-dns']}, change: 'beside', note: 'the DNS records that it wrote stay'},
  {phase: 'autoscaling', field: 'vpa.enabled', components: {true: ['vertical-pod-autoscaler']}, change: 'beside', note: 'requests that it has set stay as they are'},
  {phase: 'autoscaling', field: 'nodes', components: {'cluster-autoscaler': ['cluster-autoscaler'], karpenter: ['karpenter']}, change: 'beside', note: 'nodes that the old one started stay until somebody takes them away'},
  {
    phase: 'secrets',
    field: 'store',
    components: {none: [], vault: ['vault', 'external-secrets'], 'aws-secrets-manager': ['external-secrets']},
    change: 'beside',
    note: "Vault's volumes stay: what is in them can be read again when Vault comes back; what ExternalSecrets have made goes with them",
  },
  {phase: 'secrets', field: 'delivery', components: {'external-secrets': ['external-secrets'], 'secrets-store-csi': ['secrets-store-csi-driver']}, change: 'beside', note: 'what ExternalSecrets have made goes with them'},
  {phase: 'secrets', field: 'git', components: {'sealed-secrets': ['sealed-secrets']}, change: 'beside', note: 'its keys stay in the cluster; a SealedSecret that is still in Git is opened by nobody then'},
  {phase: 'secrets', field: 'reloader', components: {true: ['reloader']}, change: 'beside'},
  {phase: 'gitops', field: 'tool', components: {'argo-cd': ['argo-cd'], flux: ['flux2']}, change: 'beside', note: 'what the old tool deployed stays; the new one takes it over from the same repository'},
  {
    phase: 'mesh',
    field: 'type',
    components: {linkerd: ['linkerd-crds', 'linkerd-cni', 'linkerd-control-plane', 'linkerd-viz'], istio: ['istio-base', 'istio-cni', 'istiod', 'kiali']},
    change: 'refuse',
  },
  {phase: 'logging', field: 'agent', components: {'fluent-bit': ['fluent-bit'], vector: ['vector']}, change: 'beside', note: 'Vector reads the files of the nodes from their begin: lines that were sent already come once more'},
  {phase: 'logging', field: 'backend.type', components: {opensearch: ['opensearch', 'opensearch-dashboards']}, change: 'beside', whole: (type) => (type === 'opensearch' ? logBackend.parse({type}) : {type}), note: 'the logs in OpenSearch stay on its volumes, until the phase is removed with its data'},
  {
    phase: 'security',
    field: 'engine',
    components: {kyverno: ['kyverno', 'kyverno-policies'], gatekeeper: ['gatekeeper']},
    change: 'beside',
    note: 'until the new engine stands, both are asked before every write; the level of the namespaces holds all the time',
  },
]

/** A changed value of a release that a person must know more about than that it changes. */
export interface TellingValue {
  /** Id of the step that installs the release. */
  step: string
  /** The value, as the differences of the step name it. */
  field: RegExp
  note: string
  next: string
}

/** All of them. */
export const TELLING_VALUES: TellingValue[] = [
  {
    step: 'ingress/external-dns',
    field: /^values\.provider\.name$/,
    note: 'external-dns goes to another DNS provider: the records in the old one stay as they are, and nobody looks after them any more',
    next: 'when the name servers of the domain are those of the new provider, delete the records (and their TXT records of external-dns) in the old one',
  },
]

/** A component of a value that kp.yaml does not choose. */
export interface OtherChoice {
  choice: Choice
  /** The value that installs it. */
  value: string
  /** The value of kp.yaml. */
  chosen: string
  component: string
}

/** The components that the choices of kp.yaml leave out. */
export function otherChoices(phases: object, choices: readonly Choice[] = CHOICES): OtherChoice[] {
  return choices.flatMap((choice) => {
    const chosen = String(valueOf(phases, choice))
    const wanted = new Set(choice.components[chosen] ?? [])
    return Object.entries(choice.components).flatMap(([value, components]) => (value === chosen ? [] : components.filter((component) => !wanted.has(component)).map((component) => ({choice, value, chosen, component}))))
  })
}

/** The components that come and go with a component, by a choice of kp.yaml; it is among them. */
export function companionsOf(component: string, choices: readonly Choice[] = CHOICES): string[] {
  return [...new Set([component, ...choices.flatMap(({components}) => Object.values(components).filter((together) => together.includes(component)).flat())])]
}

/** `phases` with another value for a choice: what would be built then. */
export function withChoice<T extends object>(phases: T, {choice, value}: Pick<OtherChoice, 'choice' | 'value'>): T {
  const copy = structuredClone(phases) as Record<string, unknown>
  const path = [choice.phase, ...choice.field.split('.')]
  let at = copy
  if (choice.whole !== undefined) {
    for (const key of path.slice(0, -2)) at = at[key] as Record<string, unknown>
    at[path.at(-2) ?? ''] = choice.whole(value)
    return copy as T
  }
  for (const key of path.slice(0, -1)) at = at[key] as Record<string, unknown>
  at[path.at(-1) ?? ''] = value === 'true' ? true : value === 'false' ? false : value
  return copy as T
}

function valueOf(phases: object, {phase, field}: Choice): unknown {
  const value = [phase, ...field.split('.')].reduce<unknown>((at, key) => (at as Record<string, unknown> | undefined)?.[key], phases)
  if (value === undefined) throw new KpError({code: 'BUG', message: `kp.yaml has no phases.${phase}.${field}`})
  return value
}
