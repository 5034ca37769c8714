/** Another version for the control plane of a lab: its programs are exchanged, its data stays. */
import {rename, rm, symlink} from 'node:fs/promises'
import {join} from 'node:path'
import {KpError} from '../../engine/errors.ts'
import {findTool} from '../../tools/toolchain/catalog.ts'
import type {KubernetesMinor} from '../../tools/toolchain/catalog.ts'
import {installTools} from '../../tools/toolchain/install.ts'
import {labFile} from '../../tools/toolchain/paths.ts'
import {findLabTools, KUBERNETES_LINKS, settle, startComponents} from './create.ts'
import {writeKwokctlConfig} from './kwokctl.ts'
import {COMPONENTS, labLayout} from './layout.ts'
import type {LabLayout} from './layout.ts'
import {stopComponent} from './processes.ts'
import {readRecord, writeRecord} from './record.ts'
import type {LabRecord} from './record.ts'
import {coreStages, readStage} from './stages.ts'
import type {Stage} from './stages.ts'
import type {LabRun, LabSettings} from './types.ts'

/**
 * Brings the programs, ends the old ones in the opposite order of their dependence, and starts the new ones on the same data and
 * the same ports. kwok goes on: nodes give signs of life again as soon as the API server answers. The record is written last, so
 * that a killed upgrade is done again.
 * @throws KpError CLUSTER_ABSENT, TOOL_MISSING, TOOL_FAILED, LAB_FAILED
 */
export async function upgradeLab(settings: LabSettings, name: string, minor: KubernetesMinor, {progress, signal}: LabRun): Promise<void> {
  const layout = labLayout(settings.stateDir, name)
  const record = await requireRecord(layout, name)
  await bringPrograms(settings, minor, {progress, ...(signal === undefined ? {} : {signal})})
  const options = {...record.options, kubernetesMinor: minor}
  const {kubernetes} = await findLabTools(settings.cacheDir, options)
  signal?.throwIfAborted()
  progress?.(`stopping the control plane ${record.kubernetesVersion}; its data stays`)
  for (const component of COMPONENTS.toReversed()) if (component !== 'kwok-controller') await stopComponent(layout, component, settings.clock)
  for (const program of KUBERNETES_LINKS) await relink(join(kubernetes.folder, program), join(layout.bin, program))
  await writeKwokctlConfig(layout, options, kubernetes.version, record.ports)
  progress?.(`starting etcd, kube-apiserver, kube-controller-manager and kube-scheduler ${kubernetes.version}`)
  await startComponents(settings, layout, name)
  await settle(settings, layout, name)
  await writeRecord(layout, {...record, options, kubernetesVersion: kubernetes.version})
}

/** The stages of nodes, for the version that the lab has now. */
export async function nodeStages(settings: LabSettings, name: string): Promise<Stage[]> {
  const {kubernetesVersion} = await requireRecord(labLayout(settings.stateDir, name), name)
  return coreStages(labFile('..')).map((path) => readStage(path, kubernetesVersion)).filter(({metadata}) => metadata.name === 'kp-node-ready')
}

async function bringPrograms(settings: LabSettings, minor: KubernetesMinor, {progress, signal}: {progress: LabRun['progress']; signal?: AbortSignal}): Promise<void> {
  const tool = findTool('kubernetes', minor)
  if (tool === undefined) throw new KpError({code: 'USAGE', message: `kp brings no Kubernetes ${minor}`, next: ['kp tools']})
  await installTools([tool], {
    cacheDir: settings.cacheDir,
    exec: settings.exec,
    clock: settings.clock,
    env: settings.env,
    signal: signal ?? new AbortController().signal,
    onProgress: ({tool: what, version, phase, line}) => progress?.(`${what} ${version}: ${phase === 'wait' ? line : phase}`),
  })
}

/** A link is at any moment to the old program or to the new one. */
async function relink(target: string, path: string): Promise<void> {
  await rm(`${path}.new`, {force: true})
  await symlink(target, `${path}.new`)
  await rename(`${path}.new`, path)
}

async function requireRecord(layout: LabLayout, name: string): Promise<LabRecord> {
  const record = await readRecord(layout)
  if (record !== undefined) return record
  throw new KpError({code: 'CLUSTER_ABSENT', message: `there is no lab ${name}`, doing: `upgrade the lab ${name}`, next: ['kp lab list', 'kp lab up']})
}
