/** How kwokctl is told to make a lab's control plane, and how it is run. */
import {writeFile} from 'node:fs/promises'
import {delimiter, join} from 'node:path'
import {stringify} from 'yaml'
import type {Exec} from '../../engine/types.ts'
import {labFile} from '../../tools/toolchain/paths.ts'
import type {Environment} from '../../tools/toolchain/paths.ts'
import {COMPONENTS} from './layout.ts'
import type {LabLayout} from './layout.ts'
import type {LabPorts} from './ports.ts'
import type {LabOptions} from './types.ts'

/** Kinds of kwok that are configured through the API. */
const KWOK_KINDS = ['Stage', 'ClusterLogs', 'ClusterExec', 'Metric', 'ClusterResourceUsage']

/**
 * The API server listens on loopback, and an address of loopback may not be announced to the cluster.
 * This one is reserved for documentation (RFC 5737): nothing answers there.
 */
const ADVERTISED_ADDRESS = '192.0.2.1'

/** A node counts as lost after 16 s without a sign of life; kubelets give one every 2 s. */
const NODE_TIMES = {
  heartbeatFactor: 1,
  nodeLeaseDurationSeconds: 8,
  kubeControllerManagerNodeMonitorPeriodMilliseconds: 2000,
  kubeControllerManagerNodeMonitorGracePeriodMilliseconds: 16_000,
}

/**
 * The programs of the control plane inherit how seldom kp's tools collect garbage: an eighth of the API server's time for 0.7
 * instead of 0.4 GB. In a large lab this holds them back.
 */
const CONTROL_PLANE_MEMORY = {GOMEMLIMIT: '2GiB'}

/** Writes kwokctl's configuration: it fetches nothing, and everything listens on 127.0.0.1. */
export async function writeKwokctlConfig(layout: LabLayout, options: LabOptions, kubernetesVersion: string, ports: LabPorts): Promise<void> {
  const program = (name: string): string => join(layout.bin, name)
  const config = {
    apiVersion: 'config.kwok.x-k8s.io/v1alpha1',
    kind: 'KwokctlConfiguration',
    options: {
      runtime: 'binary',
      kubeVersion: `v${kubernetesVersion}`,
      bindAddress: '127.0.0.1',
      quietPull: true,
      cacheDir: join(layout.folder, 'kwok-cache'),
      enableCRDs: KWOK_KINDS,
      kubeAuditPolicy: labFile('audit-policy.yaml'),
      ...NODE_TIMES,
      etcdBinary: program('etcd'),
      kubeApiserverBinary: program('kube-apiserver'),
      kubeControllerManagerBinary: program('kube-controller-manager'),
      kubeSchedulerBinary: program('kube-scheduler'),
      kubectlBinary: program('kubectl'),
      kwokControllerBinary: program('kwok-controller'),
      kubeApiserverPort: ports.apiserver,
      etcdPort: ports.etcd,
      etcdPeerPort: ports.etcdPeer,
      kubeControllerManagerPort: ports.controllerManager,
      kubeSchedulerPort: ports.scheduler,
      kwokControllerPort: ports.kwok,
    },
    componentsPatches: componentPatches(layout, options),
  }
  await writeFile(layout.kwokctlConfig, stringify(config, {version: '1.1'}))
}

/**
 * Runs kwokctl for a lab, by a path inside the lab, so that it can be found after a kill.
 * @throws KpError TOOL_FAILED, TOOL_TIMEOUT, TOOL_KILLED
 */
export async function runKwokctl(exec: Exec, layout: LabLayout, name: string, {args, doing, env, onLine}: {args: string[]; doing: string; env: Environment; onLine?: (line: string) => void}): Promise<void> {
  await exec.run({
    tool: join(layout.bin, 'kwokctl'),
    args: ['--name', name, '--config', layout.kwokctlConfig, ...args],
    mutates: true,
    doing,
    cwd: layout.folder,
    env: {...CONTROL_PLANE_MEMORY, KWOK_WORKDIR: layout.folder, PATH: [layout.bin, env['PATH'] ?? ''].join(delimiter)},
    timeoutMs: 180_000,
    ...(onLine === undefined ? {} : {onLine}),
  })
}

function componentPatches(layout: LabLayout, options: LabOptions): object[] {
  const flags: Partial<Record<string, Record<string, string>>> = {
    'kube-apiserver': {
      'service-cluster-ip-range': options.serviceCidr,
      'advertise-address': ADVERTISED_ADDRESS,
      'audit-log-maxsize': '200',
      'audit-log-maxbackup': '1',
      ...(options.webhooks ? {} : {'disable-admission-plugins': 'MutatingAdmissionWebhook,ValidatingAdmissionWebhook'}),
    },
    'kube-controller-manager': {
      'allocate-node-cidrs': 'true',
      'cluster-cidr': options.podCidr,
      'node-cidr-mask-size': String(nodeMaskSize(options.podCidr)),
      'service-cluster-ip-range': options.serviceCidr,
      'cluster-signing-cert-file': join(layout.pki, 'ca.crt'),
      'cluster-signing-key-file': join(layout.pki, 'ca.key'),
    },
    // At INFO it writes a line for each heartbeat of each node.
    'kwok-controller': {v: 'WARN'},
  }
  return COMPONENTS.map((name) => ({
    name,
    extraArgs: Object.entries(flags[name] ?? {}).map(([key, value]) => ({key, value})),
    // The control plane outlives the run that started it, and must not be taken for one of its tools.
    extraEnvs: [{name: 'KP_RUN', value: ''}],
  }))
}

/** A /24 a node, as usual; smaller where the range has no room for sixteen of them. */
function nodeMaskSize(podCidr: string): number {
  const prefix = Number(podCidr.split('/')[1] ?? 16)
  return Math.min(30, Math.max(24, prefix + 4))
}
