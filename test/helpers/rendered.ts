/** Everything that kp renders for a platform: objects, values of charts, and custom resources that values hold. */
import {join} from 'node:path'
import {readOnlyPlatform} from '../../scripts/docs/platform.ts'
import type {ReadOnlyContext} from '../../scripts/docs/platform.ts'
import {loadCatalog} from '../../src/components/load.ts'
import {platformValues} from '../../src/components/platform-values.ts'
import type {Values} from '../../src/components/types.ts'
import {valueAt} from '../../src/components/values.ts'
import type {PlatformContext} from '../../src/context.ts'
import {applies} from '../../src/engine/applies.ts'
import type {KubeObject} from '../../src/tools/kube-api.ts'
import {everyCoveringSpec} from './covering-set.ts'
import {PROJECT} from './run-kp.ts'

/** What is rendered for one kp.yaml. */
export interface Rendered {
  /** Of which platform, and after which change. */
  of: string
  objects: {from: string; object: KubeObject}[]
  /** By component. */
  values: Record<string, Values>
}

/** Fields of values that a chart hands on to a custom resource as they are: by component, where they lie, and what they become. */
const EMBEDDED: Record<string, {apiVersion: string; kind: string; from: string; fields: Record<string, string>}[]> = {
  'kube-prometheus-stack': [
    {
      apiVersion: 'monitoring.coreos.com/v1', kind: 'Prometheus', from: 'prometheus.prometheusSpec',
      fields: Object.fromEntries(['replicas', 'retention', 'retentionSize', 'scrapeInterval', 'evaluationInterval', 'scrapeClasses', 'remoteWrite', 'externalLabels', 'resources'].map((name) => [name, name]).concat([['storageSpec', 'storage']])),
    },
    {apiVersion: 'monitoring.coreos.com/v1', kind: 'Alertmanager', from: 'alertmanager.alertmanagerSpec', fields: {replicas: 'replicas', secrets: 'secrets', resources: 'resources', storage: 'storage'}},
  ],
  'tigera-operator': [
    {apiVersion: 'operator.tigera.io/v1', kind: 'Installation', from: 'installation', fields: {registry: 'registry', controlPlaneReplicas: 'controlPlaneReplicas', calicoNetwork: 'calicoNetwork'}},
    {apiVersion: 'crd.projectcalico.org/v1', kind: 'FelixConfiguration', from: 'defaultFelixConfiguration', fields: {wireguardEnabled: 'wireguardEnabled'}},
  ],
}

/** What every kp.yaml of the covering set renders to. */
export async function everythingRendered(): Promise<Rendered[]> {
  const catalog = loadCatalog(join(PROJECT, 'templates'))
  return Promise.all(everyCoveringSpec().map(async ({name, what, spec}) => rendered(`${name}, ${what}`, await readOnlyPlatform(PROJECT, {...spec, name}, catalog))))
}

function rendered(of: string, ctx: ReadOnlyContext): Rendered {
  const steps = ctx.phases
    .filter((phase) => applies(phase, ctx))
    .flatMap((phase) => phase.steps(ctx))
    // What a step asks here is answered by the spec alone.
    .filter((step) => applies(step, ctx as PlatformContext))
  const values = Object.fromEntries(steps.flatMap(({component}) => (component === undefined ? [] : [[component, platformValues(ctx, component).values]])))
  return {
    of,
    values,
    objects: [
      ...steps.flatMap((step) => [...(step.manifests?.(ctx) ?? []), ...(step.delivered?.(ctx) ?? []).flatMap(({objects}) => objects)].map((object) => ({from: step.id, object}))),
      ...Object.entries(values).flatMap(([component, own]) => embedded(component, own).map((object) => ({from: `values of ${component}`, object}))),
    ],
  }
}

function embedded(component: string, values: Values): KubeObject[] {
  return (EMBEDDED[component] ?? []).map(({apiVersion, kind, from, fields}) => {
    const given = valueAt(values, from) as Record<string, unknown> | undefined
    const spec = Object.fromEntries(Object.entries(fields).flatMap(([name, becomes]) => (given?.[name] === undefined ? [] : [[becomes, given[name]]])))
    return {apiVersion, kind, metadata: {name: component}, spec}
  })
}

/** Whether a kind comes with Kubernetes itself. */
export function isBuiltIn(apiVersion: string): boolean {
  // Constraints of Gatekeeper have the kinds that the platform's own ConstraintTemplates make.
  return !apiVersion.includes('.') || apiVersion.startsWith('constraints.gatekeeper.sh/') || /^(networking|storage|rbac\.authorization|admissionregistration|scheduling)\.k8s\.io\//.test(apiVersion)
}
