/** kubectl, as far as kp uses it. */
import type {Exec, ToolResult} from '../engine/types.ts'
import type {KubeObject} from './kube-api.ts'

/** Which cluster a tool talks to. */
export interface ClusterAccess {
  kubeconfig: string
  context?: string
}

/** The environment and flags that point kubectl and helm at kp's own kubeconfig. */
export function accessEnv(access: ClusterAccess): Record<string, string> {
  return {KUBECONFIG: access.kubeconfig}
}

/**
 * Server-side apply of objects; fields of other managers that stand in the way are taken over.
 * @throws KpError TOOL_FAILED with kubectl's output
 */
export function applyObjects(exec: Exec, access: ClusterAccess, objects: KubeObject[], options: {doing: string; fieldManager: string; redact?: string[]}): Promise<ToolResult> {
  return exec.run({
    tool: 'kubectl',
    args: [...contextArgs(access), 'apply', '--server-side', '--force-conflicts', `--field-manager=${options.fieldManager}`, '-f', '-'],
    mutates: true,
    doing: options.doing,
    input: documents(objects),
    env: accessEnv(access),
    timeoutMs: 120_000,
    ...(options.redact === undefined ? {} : {redact: options.redact}),
  })
}

/**
 * Objects as kubectl reads them, a document each. Not as a List: kubectl finds that kind in no OpenAPI v3 description, and
 * fetches the whole of v2 instead, which the API server makes anew after every new kind (seconds, with large definitions).
 */
export function documents(objects: readonly object[]): string {
  return objects.map((object) => JSON.stringify(object)).join('\n')
}

/** A JSON patch of one object. It goes into the command line: it must hold no values that are secret. */
export function patchObject(exec: Exec, access: ClusterAccess, object: {kind: string; apiVersion: string; metadata: {name: string; namespace?: string}}, patch: unknown[], options: {doing: string; fieldManager: string}): Promise<ToolResult> {
  return exec.run({
    tool: 'kubectl',
    args: [
      ...contextArgs(access),
      'patch',
      resourceArg(object),
      ...namespaceArgs(object.metadata.namespace),
      '--type=json',
      `--field-manager=${options.fieldManager}`,
      `--patch=${JSON.stringify(patch)}`,
    ],
    mutates: true,
    doing: options.doing,
    env: accessEnv(access),
  })
}

/** `kubectl label`, `taint` or `annotate` of a node: what is named is changed and nothing else. */
export function editNode(exec: Exec, access: ClusterAccess, args: string[], options: {doing: string}): Promise<ToolResult> {
  return exec.run({tool: 'kubectl', args: [...contextArgs(access), ...args], mutates: true, doing: options.doing, env: accessEnv(access)})
}

/** A merge patch of one object, or of its status. It goes into the command line: it must hold no values that are secret. */
export function patchMerge(exec: Exec, access: ClusterAccess, object: {kind: string; apiVersion: string; metadata: {name: string; namespace?: string}}, patch: object, options: {doing: string; subresource?: 'status'}): Promise<ToolResult> {
  return exec.run({
    tool: 'kubectl',
    args: [...contextArgs(access), 'patch', resourceArg(object), ...namespaceArgs(object.metadata.namespace), '--type=merge', ...(options.subresource === undefined ? [] : [`--subresource=${options.subresource}`]), `--patch=${JSON.stringify(patch)}`],
    mutates: true,
    doing: options.doing,
    env: accessEnv(access),
  })
}

/** Starts the pods of a workload anew, by its own rolling update. */
export function restartWorkload(exec: Exec, access: ClusterAccess, object: {kind: string; metadata: {name: string; namespace?: string}}, options: {doing: string}): Promise<ToolResult> {
  return exec.run({tool: 'kubectl', args: [...contextArgs(access), 'rollout', 'restart', `${object.kind.toLowerCase()}/${object.metadata.name}`, ...namespaceArgs(object.metadata.namespace)], mutates: true, doing: options.doing, env: accessEnv(access)})
}

/** Runs a program in a container. What is secret goes over its standard input, never into the arguments. */
export function execInPod(
  exec: Exec,
  access: ClusterAccess,
  pod: {namespace: string; name: string; container: string},
  command: string[],
  options: {doing: string; mutates: boolean; input?: string; redact?: string[]; okExitCodes?: number[]},
): Promise<ToolResult> {
  const {input = ''} = options
  return exec.run({
    tool: 'kubectl',
    args: [...contextArgs(access), 'exec', '--stdin', '--namespace', pod.namespace, pod.name, '--container', pod.container, '--', ...command],
    mutates: options.mutates,
    doing: options.doing,
    input,
    env: accessEnv(access),
    timeoutMs: 60_000,
    ...(options.redact === undefined ? {} : {redact: options.redact}),
    ...(options.okExitCodes === undefined ? {} : {okExitCodes: options.okExitCodes}),
  })
}

/** Deletes objects that may already be gone. */
export function deleteObject(exec: Exec, access: ClusterAccess, object: {kind: string; apiVersion: string; metadata: {name: string; namespace?: string}}, options: {doing: string}): Promise<ToolResult> {
  return exec.run({
    tool: 'kubectl',
    args: [...contextArgs(access), 'delete', resourceArg(object), ...namespaceArgs(object.metadata.namespace), '--ignore-not-found', '--wait=false'],
    mutates: true,
    doing: options.doing,
    env: accessEnv(access),
  })
}

/** Sets labels of an object; undefined takes one away. */
export function labelObject(exec: Exec, access: ClusterAccess, object: {kind: string; apiVersion: string; metadata: {name: string; namespace?: string}}, labels: Record<string, string | undefined>, options: {doing: string}): Promise<ToolResult> {
  return exec.run({
    tool: 'kubectl',
    args: [...contextArgs(access), 'label', resourceArg(object), ...namespaceArgs(object.metadata.namespace), '--overwrite', ...Object.entries(labels).map(([key, value]) => (value === undefined ? `${key}-` : `${key}=${value}`))],
    mutates: true,
    doing: options.doing,
    env: accessEnv(access),
  })
}

/** Sets annotations of an object; undefined takes one away. */
export function annotateObject(exec: Exec, access: ClusterAccess, object: {kind: string; apiVersion: string; metadata: {name: string; namespace?: string}}, annotations: Record<string, string | undefined>, options: {doing: string}): Promise<ToolResult> {
  return exec.run({
    tool: 'kubectl',
    args: [...contextArgs(access), 'annotate', resourceArg(object), ...namespaceArgs(object.metadata.namespace), '--overwrite', ...Object.entries(annotations).map(([key, value]) => (value === undefined ? `${key}-` : `${key}=${value}`))],
    mutates: true,
    doing: options.doing,
    env: accessEnv(access),
  })
}

/** `deployments.v1.apps/name`: names the group and version, so that equal kinds of other groups are not met. */
export function resourceArg(object: {kind: string; apiVersion: string; metadata: {name: string}}): string {
  const [group, version] = object.apiVersion.includes('/') ? object.apiVersion.split('/') : ['', object.apiVersion]
  return group === '' ? `${object.kind}/${object.metadata.name}` : `${object.kind}.${version}.${group}/${object.metadata.name}`
}

function namespaceArgs(namespace: string | undefined): string[] {
  return namespace === undefined ? [] : ['--namespace', namespace]
}

function contextArgs(access: ClusterAccess): string[] {
  return access.context === undefined ? [] : ['--context', access.context]
}
