/** kp's own identity in a lab: a client certificate, so that the audit log tells what kp did. */
import {chmod, rename, writeFile} from 'node:fs/promises'
import {join} from 'node:path'
import {parse, stringify} from 'yaml'
import {KpError} from '../../engine/errors.ts'
import type {Exec} from '../../engine/types.ts'
import type {LabLayout} from './layout.ts'
import type {LabPorts} from './ports.ts'

/** kp's user name and group in a lab. */
export const KP_USER = 'kp'
/** See KP_USER. */
export const KP_GROUP = 'kp:operators'

/** Kubernetes reads YAML 1.1, in which a cluster named `off` or `1e3` wants quotes. */
const GO_YAML = {version: '1.1', lineWidth: 0} as const

interface Kubeconfig {
  clusters?: {cluster?: {server?: string}}[]
  users?: {user?: unknown}[]
}

/**
 * Has kubeadm sign a client certificate for kp with the lab's authority, and writes kp's kubeconfig, readable by its owner alone.
 * @throws KpError TOOL_FAILED, TOOL_RUBBISH
 */
export async function writeKpKubeconfig(exec: Exec, layout: LabLayout, {name, kubernetesVersion, ports}: {name: string; kubernetesVersion: string; ports: LabPorts}): Promise<void> {
  await writeFile(layout.kubeadmConfig, kubeadmConfig(layout, name, kubernetesVersion, ports))
  const {stdout} = await exec.run({
    tool: join(layout.bin, 'kubeadm'),
    args: ['kubeconfig', 'user', '--client-name', KP_USER, '--org', KP_GROUP, '--config', layout.kubeadmConfig],
    mutates: true,
    doing: `sign kp's certificate for the lab ${name}`,
    cwd: layout.folder,
  })
  const signed = parse(stdout) as Kubeconfig | null
  const cluster = signed?.clusters?.[0]?.cluster
  const user = signed?.users?.[0]?.user
  if (cluster?.server === undefined || user === undefined) {
    throw new KpError({code: 'TOOL_RUBBISH', message: 'kubeadm printed no kubeconfig', doing: `sign kp's certificate for the lab ${name}`})
  }
  const kubeconfig = {
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{name, cluster}],
    users: [{name: KP_USER, user}],
    contexts: [{name, context: {cluster: name, user: KP_USER}}],
    'current-context': name,
  }
  const temporary = `${layout.kubeconfig}.new`
  await writeFile(temporary, stringify(kubeconfig, GO_YAML), {mode: 0o600})
  await chmod(temporary, 0o600)
  await rename(temporary, layout.kubeconfig)
}

/** What makes kp an operator of the lab: a binding of its group. */
export function operatorBinding(): object {
  return {
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'ClusterRoleBinding',
    metadata: {name: 'kp-operators'},
    roleRef: {apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'cluster-admin'},
    subjects: [{apiGroup: 'rbac.authorization.k8s.io', kind: 'Group', name: KP_GROUP}],
  }
}

function kubeadmConfig(layout: LabLayout, name: string, kubernetesVersion: string, ports: LabPorts): string {
  return stringify({
    apiVersion: 'kubeadm.k8s.io/v1beta4',
    kind: 'ClusterConfiguration',
    clusterName: name,
    kubernetesVersion: `v${kubernetesVersion}`,
    certificatesDir: layout.pki,
    controlPlaneEndpoint: `127.0.0.1:${ports.apiserver}`,
  }, GO_YAML)
}
