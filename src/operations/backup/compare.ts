/** Whether a restored object is the one that was backed up: field by field, without what the cluster writes. Pure. */
import {compareObjects} from '../../checks/difference.ts'
import type {KubeObject} from '../../tools/kube-api.ts'

/** Annotations that controllers and velero write. */
const WRITTEN = /^(?:(?:[\w-]+\.)*velero\.io|pv\.kubernetes\.io|volume\.kubernetes\.io|volume\.beta\.kubernetes\.io|deployment\.kubernetes\.io|control-plane\.alpha\.kubernetes\.io|autoscaling\.alpha\.kubernetes\.io)\//
/** Labels that velero puts on what it restores. */
const MARKED = /^velero\.io\//
/** Fields of the spec that the cluster fills in anew, by kind. */
const FILLED_IN: Record<string, readonly string[]> = {
  Service: ['clusterIP', 'clusterIPs', 'healthCheckNodePort', 'ipFamilies', 'ipFamilyPolicy'],
  PersistentVolumeClaim: ['volumeName', 'dataSource', 'dataSourceRef'],
  Pod: ['nodeName', 'serviceAccount', 'tolerations', 'priority'],
  Job: ['selector', 'manualSelector'],
}

type Fields = Record<string, unknown>

/** The fields in which they differ, as a person reads them; never their values: an object may be a Secret. */
export function differingFields(backedUp: KubeObject, restored: KubeObject, mappings: Readonly<Record<string, string>> = {}): string[] {
  const wanted = plain(backedUp, (name) => mappings[name] ?? name)
  return compareObjects(plain(restored, (name) => name), wanted).map(({field}) => field)
}

/** An object as a person wrote it. */
function plain(object: KubeObject, nameOf: (namespace: string) => string): KubeObject {
  const {metadata, status: _status, ...rest} = object
  const {name, namespace} = metadata
  const labels = without(metadata.labels, MARKED)
  const annotations = without(metadata.annotations, WRITTEN)
  return {
    ...body(rest, object.kind, nameOf),
    apiVersion: object.apiVersion,
    kind: object.kind,
    metadata: {name, ...(namespace === undefined ? {} : {namespace: nameOf(namespace)}), ...(labels === undefined ? {} : {labels}), ...(annotations === undefined ? {} : {annotations})},
  }
}

function body(rest: Fields, kind: string, nameOf: (namespace: string) => string): Fields {
  const filled = FILLED_IN[kind] ?? []
  const spec = rest['spec'] as Fields | undefined
  return {
    ...rest,
    ...(spec === undefined ? {} : {spec: {...Object.fromEntries(Object.entries(spec).filter(([key]) => !filled.includes(key))), ...(kind === 'Service' ? {ports: withoutNodePorts(spec['ports'])} : {})}}),
    ...(kind === 'ServiceAccount' ? {secrets: undefined} : {}),
    // Velero leads bindings to the new namespace.
    ...(kind === 'RoleBinding' ? {subjects: ((rest['subjects'] ?? []) as {namespace?: string}[]).map((subject) => (subject.namespace === undefined ? subject : {...subject, namespace: nameOf(subject.namespace)}))} : {}),
  }
}

function withoutNodePorts(ports: unknown): unknown {
  return Array.isArray(ports) ? (ports as Fields[]).map(({nodePort: _port, ...port}) => port) : ports
}

/** The entries whose names do not match; undefined where none is left. */
function without(entries: Record<string, string> | undefined, names: RegExp): Record<string, string> | undefined {
  const left = Object.entries(entries ?? {}).filter(([name]) => !names.test(name))
  return left.length === 0 ? undefined : Object.fromEntries(left)
}
