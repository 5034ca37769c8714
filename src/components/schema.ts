/** The shape of `templates/components/<id>/component.yaml`: one file says all that kp knows of a component. */
import {validRange} from 'semver'
import {z} from 'zod'
import {PHASE_IDS} from '../spec/schema/phases.ts'

/** The phases to which components belong: all but the last. */
const PHASES = PHASE_IDS.filter((phase) => phase !== 'deliverables')

const text = z.string().min(1)
const id = z.string().regex(/^[a-z][a-z0-9-]*$/, 'must be lower case letters, digits and dashes')
const minor = z.string().regex(/^1\.[0-9]+$/, 'must be a minor such as "1.35"')
const range = z.string().refine((value) => validRange(value) !== null, 'must be a version range such as ">=1.33 <1.37"')
const labels = z.record(z.string(), z.string())
const port = z.number().int().min(1).max(65_535)
/** A path in the chart's values: `webhook.replicaCount`. */
const valuePath = z.string().regex(/^[A-Za-z][\w-]*(\.[A-Za-z][\w-]*)*$/, 'must be a path of values such as webhook.replicaCount')

/** The object is there only while a value is `true`; `default` is what the chart does without the value. */
const when = z.strictObject({value: valuePath, default: z.boolean()})

/** What every object of a component can say. `namespace` defaults to the component's, for kinds that have one. */
const place = {name: text, namespace: text.optional(), when: when.optional()}

const container = z.strictObject({
  name: text,
  image: text,
  /** Another image while a value is true. */
  imageWhen: when.extend({image: text}).optional(),
  ports: z.record(z.string(), port).default({}),
  /** Where in the chart's values the place of the image is set: the registry, the repository, to which the chart may append, or the folder of repositories. */
  values: z.strictObject({registry: valuePath.optional(), repository: valuePath.optional(), suffixed: z.boolean().optional(), folder: valuePath.optional()}).default({}),
})

const workload = z.strictObject({
  kind: z.enum(['Deployment', 'DaemonSet', 'StatefulSet']),
  ...place,
  /** With the chart's own defaults; what kp's values make of it is found through `values.replicas`. */
  replicas: z.number().int().min(0).default(1),
  account: text,
  /** The selector, and labels of the pods. */
  labels,
  /** Labels of the pods besides. */
  podLabels: labels.default({}),
  containers: z.array(container).min(1),
  pod: z
    .strictObject({
      hostNetwork: z.boolean().optional(),
      priorityClassName: text.optional(),
      nodeSelector: labels.optional(),
      tolerations: z.array(z.record(z.string(), z.unknown())).optional(),
      affinity: z.record(z.string(), z.unknown()).optional(),
    })
    .default({}),
  /** Of a StatefulSet: the headless Service that names its pods; default one of its own name. */
  service: text.optional(),
  /** Of a StatefulSet: the claims of each pod, by name, and where in the chart's values size and class are set. */
  volumes: z.array(z.strictObject({name: text, size: text, when: when.optional(), values: z.strictObject({size: valuePath.optional(), storageClass: valuePath.optional()}).default({})})).default([]),
  /** Where in the chart's values these are set. */
  values: z
    .strictObject({
      replicas: valuePath.optional(),
      resources: valuePath.optional(),
      topologySpread: valuePath.optional(),
      tolerations: valuePath.optional(),
      nodeSelector: valuePath.optional(),
      affinity: valuePath.optional(),
      priorityClassName: valuePath.optional(),
    })
    .default({}),
})

const service = z.strictObject({
  ...place,
  /** The workload whose pods it leads to; for pods that no workload of the chart makes, their labels. */
  workload: text.optional(),
  selector: labels.optional(),
  headless: z.boolean().default(false),
  /** LoadBalancer: the cloud gives it an address. */
  type: z.enum(['ClusterIP', 'LoadBalancer']).default('ClusterIP'),
  /** Where in the chart's values its annotations are set. */
  annotations: valuePath.optional(),
  ports: z.array(z.strictObject({name: text.optional(), port, targetPort: z.union([port, text]).optional()})).min(1),
})

const budget = z.strictObject({
  ...place,
  workload: text.optional(),
  /** Labels of pods that no workload of the chart makes. */
  selector: labels.optional(),
  minAvailable: z.union([z.number().int(), text]).optional(),
  maxUnavailable: z.union([z.number().int(), text]).optional(),
  /** Where in the chart's values the numbers are set. */
  values: z.strictObject({minAvailable: valuePath.optional(), maxUnavailable: valuePath.optional()}).default({}),
})

const crd = z.strictObject({
  /** `<plural>.<group>` */
  name: z.string().regex(/^[a-z0-9]+\.[a-z0-9.-]+\.[a-z]+$/, 'must be <plural>.<group>'),
  kind: text,
  scope: z.enum(['Namespaced', 'Cluster']),
  /** The versions that are served. */
  versions: z.array(text).min(1),
  /** The version that is stored; default the first. */
  storage: text.optional(),
  shortNames: z.array(text).default([]),
  status: z.boolean().default(true),
  /** Fields that an object must have: `spec.secretName`, `driver`. */
  required: z.array(text).default([]),
  /** Other fields at the top: `operation`, or a `status` that is no subresource. */
  fields: z.array(text).default([]),
  /** Columns of `kubectl get`: title and JSON path. */
  columns: z.record(z.string(), z.string()).default({}),
  annotations: labels.default({}),
  /** Helm leaves it behind when the release goes. */
  keep: z.boolean().default(false),
  /** Not in the chart: the component makes it when it starts. */
  atRuntime: z.boolean().default(false),
  /** Objects of the kind that the component makes by itself, by name: nobody else's work is lost with them. */
  makes: z.array(text).default([]),
  when: when.optional(),
})

const webhook = z.strictObject({
  kind: z.enum(['ValidatingWebhookConfiguration', 'MutatingWebhookConfiguration']),
  name: text,
  when: when.optional(),
  service: text,
  calls: z
    .array(
      z.strictObject({
        name: text,
        path: z.string().startsWith('/'),
        port: port.default(443),
        failurePolicy: z.enum(['Fail', 'Ignore']),
        timeoutSeconds: z.number().int().min(1).max(30).default(10),
        rules: z
          .array(z.strictObject({apiGroups: z.array(z.string()).min(1), apiVersions: z.array(text).min(1), operations: z.array(text).min(1), resources: z.array(text).min(1), scope: z.enum(['Namespaced', 'Cluster', '*']).optional()}))
          .min(1),
        namespaceSelector: z.record(z.string(), z.unknown()).optional(),
      }),
    )
    .min(1),
  /** The chart makes it in a hook, outside of the release. */
  hook: z.boolean().default(false),
})

const other = z.strictObject({
  apiVersion: text.optional(),
  kind: text,
  ...place,
  /** Of a binding: the role (default: of the same name) and the account that gets it. */
  role: text.optional(),
  account: text.optional(),
  /** The object's other fields, where the kind needs them. */
  body: z.record(z.string(), z.unknown()).optional(),
  /** Where in the chart's values the object's spec is written; `enabled` is not part of it. */
  spec: valuePath.optional(),
  /** Fields that the chart takes from its values: path of the field, path of the value. */
  fields: z.record(z.string().regex(/^[a-z]\w*(\.[a-z]\w*)*$/i), valuePath).default({}),
  /** Of a Secret or ConfigMap: keys whose text is the YAML of a value. */
  texts: z.record(z.string(), valuePath).default({}),
  /** `spec.image` of an object from which an operator makes pods, and where in the values its registry is set. */
  image: z.strictObject({image: text, registry: valuePath}).optional(),
})

/** The schema of component.yaml; unknown keys are errors. */
export const componentSchema = z.strictObject({
  id,
  title: text,
  /** What it does for the platform, one sentence. */
  about: text,
  phase: z.enum(PHASES),
  chart: z.strictObject({
    name: text,
    repository: z.string().regex(/^(https|oci):\/\/[^\s]+[^/]\/?$/, 'must begin with https:// or oci://'),
    version: text,
    /** What the chart puts into app.kubernetes.io/version; default its version. */
    appVersion: text.optional(),
  }),
  /** Where a minor of Kubernetes needs another version of the chart. */
  perKubernetes: z.record(minor, text).default({}),
  /** Whether kp keeps the definitions of the chart's `crds` folder, which helm installs once and never upgrades. */
  chartCrds: z.boolean().default(true),
  releaseName: id,
  /** The chart names its objects the same, whatever the release is called. */
  fixedNames: z.boolean().default(false),
  namespace: id,
  /** `apply` for charts that helm cannot keep as a release: rendered by helm, applied server-side. */
  install: z.strictObject({method: z.enum(['helm', 'apply']), why: text.optional()}).default({method: 'helm'}),
  dependsOn: z.array(id).default([]),
  /** Upgrades go from low to high. */
  upgradeOrder: z.number().int().min(0),
  /** The vendor asks to upgrade one minor at a time. */
  oneMinorAtATime: z.boolean().default(false),
  /** The vendor's tested range of Kubernetes. */
  tested: z.strictObject({kubernetes: range, source: text}),
  /** Ranges that are known not to work. */
  breaks: z.array(z.strictObject({kubernetes: range, reason: text, source: text})).default([]),
  workloads: z.array(workload).default([]),
  services: z.array(service).default([]),
  budgets: z.array(budget).default([]),
  crds: z.array(crd).default([]),
  webhooks: z.array(webhook).default([]),
  others: z.array(other).default([]),
  /** Images that no workload above names: jobs, proxies, helpers. */
  extraImages: z.array(z.strictObject({image: text, for: text, when: when.optional()})).default([]),
  /** Values that cannot be changed on a running component. */
  immutableValues: z.array(z.strictObject({path: valuePath, why: text})).default([]),
  notes: z.array(text).default([]),
})

/** A component.yaml as kp uses it, defaults filled in. */
export type ComponentEntry = z.output<typeof componentSchema>
/** A Deployment, DaemonSet or StatefulSet that a component must create. */
export type WorkloadEntry = ComponentEntry['workloads'][number]
/** A Service that a component must create. */
export type ServiceEntry = ComponentEntry['services'][number]
/** A PodDisruptionBudget that a component must create. */
export type BudgetEntry = ComponentEntry['budgets'][number]
/** A kind that a component must bring. */
export type CrdEntry = ComponentEntry['crds'][number]
/** A webhook configuration that a component must create. */
export type WebhookEntry = ComponentEntry['webhooks'][number]
/** Any other object that a component must create. */
export type OtherEntry = ComponentEntry['others'][number]
/** The condition under which an object is there. */
export type When = z.output<typeof when>
