/** Where the files of a lab are. Everything of a lab lies below one folder. */
import {join} from 'node:path'
import {KpError} from '../../engine/errors.ts'

/** The components of a lab's control plane, in the order in which they depend on each other. */
export const COMPONENTS = ['etcd', 'kube-apiserver', 'kube-controller-manager', 'kube-scheduler', 'kwok-controller'] as const

/** One of COMPONENTS. */
export type Component = (typeof COMPONENTS)[number]

/** Paths of one lab. */
export interface LabLayout {
  /** The lab's folder; also kwokctl's working folder. */
  folder: string
  /** Claimed while a process makes, starts or removes the lab. */
  lock: string
  /** Written last; its presence says that the lab was made completely. */
  record: string
  /** Links to the programs: a process started by them can be told by its path. */
  bin: string
  kwokctlConfig: string
  kubeadmConfig: string
  kubeconfig: string
  /** Files that name further processes. */
  processes: string
  /** kwokctl's folder of the cluster. */
  cluster: string
  adminKubeconfig: string
  pki: string
  logs: string
  pids: string
  auditLog: string
}

/**
 * The paths of a lab.
 * @throws KpError USAGE where the name is not a DNS label
 */
export function labLayout(stateDir: string, name: string): LabLayout {
  if (!/^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/.test(name)) {
    throw new KpError({code: 'USAGE', message: `'${name}' cannot name a lab: use up to 63 lower-case letters, digits and hyphens`})
  }
  const folder = join(labsFolder(stateDir), name)
  const cluster = join(folder, 'clusters', name)
  return {
    folder,
    lock: join(labsFolder(stateDir), `.${name}.lock`),
    record: join(folder, 'lab.json'),
    bin: join(folder, 'bin'),
    kwokctlConfig: join(folder, 'kwokctl.yaml'),
    kubeadmConfig: join(folder, 'kubeadm.yaml'),
    kubeconfig: join(folder, 'kp.kubeconfig'),
    processes: join(folder, 'processes'),
    cluster,
    adminKubeconfig: join(cluster, 'kubeconfig.yaml'),
    pki: join(cluster, 'pki'),
    logs: join(cluster, 'logs'),
    pids: join(cluster, 'pids'),
    auditLog: join(cluster, 'logs', 'audit.log'),
  }
}

/** The folder that holds all labs. */
export function labsFolder(stateDir: string): string {
  return join(stateDir, 'labs')
}
