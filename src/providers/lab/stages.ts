/** The simulated behaviour of a lab: kwok Stages, one a file below `lab/stages/`. */
import {existsSync, readFileSync, readdirSync} from 'node:fs'
import {join} from 'node:path'
import {parse} from 'yaml'

/** A kwok Stage: what happens to objects of one kind that a selector picks. */
export interface Stage {
  apiVersion: string
  kind: string
  metadata: {name: string}
  spec: Record<string, unknown>
}

/**
 * Files of the stages of built-in kinds; a lab gets them when it is made.
 * @param home folder of kp's own data
 */
export function coreStages(home: string): string[] {
  return stageFiles(join(home, 'lab', 'stages', 'core'))
}

/**
 * Files of the stages of a component's custom resources; `[]` where it has none.
 * They are applied only after its CRDs are established: kwok does not look for them again.
 */
export function componentStages(home: string, component: string): string[] {
  return stageFiles(join(home, 'lab', 'stages', 'components', component))
}

/** Ids of the components that have stages. */
export function componentsWithStages(home: string): string[] {
  return readdirSync(join(home, 'lab', 'stages', 'components')).toSorted()
}

/** The Stage in a file; a node that does not name its kubelet's version gets the one given. */
export function readStage(path: string, kubernetesVersion: string): Stage {
  return parse(readFileSync(path, 'utf8').replaceAll('KUBERNETES_VERSION', `v${kubernetesVersion}`)) as Stage
}

/** The annotations and labels that stages read, for those who make nodes and incidents. */
export const LAB = {
  /** Node annotations: what its kubelet reports. */
  cpu: 'lab.kp.dev/cpu',
  memory: 'lab.kp.dev/memory',
  pods: 'lab.kp.dev/pods',
  gpu: 'lab.kp.dev/gpu',
  storage: 'lab.kp.dev/ephemeral-storage',
  kubelet: 'lab.kp.dev/kubelet',
  address: 'lab.kp.dev/address',
  /** Node label `unplug`; pod annotation `crashloop`, `oom`, `imagepull`, `notready`; see lab/stages/README.md. */
  fault: 'lab.kp.dev/fault',
  /** Node annotation that the unplug stage leaves; to be removed with the label. */
  unplugged: 'lab.kp.dev/unplugged',
  /** Pod annotations: times and exit codes. */
  startDelay: 'lab.kp.dev/start-delay',
  runFor: 'lab.kp.dev/run-for',
  exitCode: 'lab.kp.dev/exit-code',
  /** Pod annotations: what it uses, as its kubelet reports it. */
  load: 'lab.kp.dev/load',
  memoryUse: 'lab.kp.dev/memory-use',
  /** Pod annotations that the front door reads: the part of the requests that it fails (`25%`), how long it thinks (`300ms`). */
  httpErrors: 'lab.kp.dev/http-errors',
  httpDelay: 'lab.kp.dev/http-delay',
  /** Service annotation `denied`: the cloud refuses the load balancer. */
  loadBalancer: 'lab.kp.dev/load-balancer',
  /** On what a stage made in the place of a component. */
  simulated: 'lab.kp.dev/simulated',
  /** Provisioner of StorageClasses that the lab provides volumes for. */
  provisioner: 'disk.csi.lab.kp.dev',
} as const

function stageFiles(folder: string): string[] {
  if (!existsSync(folder)) return []
  return readdirSync(folder)
    .filter((name) => name.endsWith('.yaml'))
    .toSorted()
    .map((name) => join(folder, name))
}
