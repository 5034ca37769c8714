/** Makes the control plane of a lab. */
import {existsSync} from 'node:fs'
import {mkdir, readFile, rm, symlink} from 'node:fs/promises'
import {join} from 'node:path'
import {KpError, asKpError} from '../../engine/errors.ts'
import {isComplete} from '../../tools/toolchain/build.ts'
import {documents} from '../../tools/kubectl.ts'
import {findTool} from '../../tools/toolchain/catalog.ts'
import type {Tool} from '../../tools/toolchain/catalog.ts'
import {toolFolder} from '../../tools/toolchain/digest.ts'
import {labFile} from '../../tools/toolchain/paths.ts'
import {operatorBinding, writeKpKubeconfig} from './identity.ts'
import {runKwokctl, writeKwokctlConfig} from './kwokctl.ts'
import {COMPONENTS, labLayout} from './layout.ts'
import type {LabLayout} from './layout.ts'
import {choosePorts} from './ports.ts'
import type {LabPorts} from './ports.ts'
import {deadComponents, endComponent, endLabProcesses, forgetDeadComponents} from './processes.ts'
import {takenPorts, writeRecord} from './record.ts'
import {coreStages, readStage} from './stages.ts'
import type {LabOptions, LabRun, LabSettings} from './types.ts'

const TRIES = 3

/** The programs of Kubernetes that a lab runs, by the names of their links. */
export const KUBERNETES_LINKS = ['etcd', 'kube-apiserver', 'kube-controller-manager', 'kube-scheduler', 'kubectl', 'kubeadm'] as const

/**
 * Makes a lab in an empty place. Where it fails, everything is taken away again.
 * @throws KpError TOOL_MISSING, LAB_FAILED, INTERRUPTED
 */
export async function createLab(settings: LabSettings, options: LabOptions, run: LabRun): Promise<void> {
  const layout = labLayout(settings.stateDir, options.name)
  const tools = await findLabTools(settings.cacheDir, options)
  for (let attempt = 1; ; attempt += 1) {
    try {
      await makeOnce(settings, layout, options, tools, run)
      return
    } catch (error) {
      const logs = await componentLogs(layout)
      await removeLab(settings, layout)
      if (run.signal?.aborted === true) throw interrupted(options.name, error)
      if (attempt < TRIES && /address already in use/.test(logs.join('\n'))) continue
      throw failed(options.name, error, logs)
    }
  }
}

/**
 * Starts the components that do not run, and waits for the API server.
 * @throws KpError LAB_FAILED, TOOL_FAILED
 */
export async function startComponents(settings: LabSettings, layout: LabLayout, name: string): Promise<void> {
  for (let attempt = 1; attempt <= TRIES; attempt += 1) {
    await forgetDeadComponents(layout, await deadComponents(layout))
    await runKwokctl(settings.exec, layout, name, {args: ['start', 'cluster'], doing: `start the lab ${name}`, env: settings.env})
    await settings.clock.sleep(500)
    const dead = await deadControlPlane(layout)
    if (dead.length === 0) return
  }
  const dead = await deadControlPlane(layout)
  throw new KpError({
    code: 'LAB_FAILED',
    message: `the lab ${name} does not start: ${dead.join(', ')} ${dead.length === 1 ? 'ends' : 'end'} at once`,
    doing: `start the lab ${name}`,
    details: await componentLogs(layout, dead),
    next: ['kp lab down', 'kp lab up'],
  })
}

/**
 * Waits until the API server serves kp, and starts again what ended meanwhile: on a busy machine the API server takes longer than the
 * ten seconds that kube-controller-manager waits for it (its WaitForAPIServer), and one that a killed kp had asked to end goes only now.
 * @throws KpError LAB_FAILED where a component ends again and again
 */
export async function settle(settings: LabSettings, layout: LabLayout, name: string): Promise<void> {
  const {clock} = settings
  for (const until = clock.now() + SETTLE_MS; ; await clock.sleep(100)) {
    const serves = await servesKp(settings, layout)
    const dead = await deadControlPlane(layout)
    if (dead.length > 0) await startComponents(settings, layout, name)
    else if (serves || clock.now() > until) return
  }
}

/** Ends a lab's processes and removes its folder. The record goes first, so that a lab half removed is never taken for a whole one. */
export async function removeLab(settings: LabSettings, layout: LabLayout): Promise<void> {
  await rm(layout.record, {force: true})
  await endLabProcesses(layout, settings.clock)
  await rm(layout.folder, {recursive: true, force: true, maxRetries: 5, retryDelay: 100})
}

/** Applies objects as the lab's administrator. */
export async function applyAsAdmin(settings: LabSettings, layout: LabLayout, objects: object[], doing: string): Promise<void> {
  await settings.exec.run({
    tool: join(layout.bin, 'kubectl'),
    args: ['--kubeconfig', layout.adminKubeconfig, 'apply', '--server-side', '--force-conflicts', '--field-manager=kp-lab', '-f', '-'],
    mutates: true,
    doing,
    input: documents(objects),
    timeoutMs: 60_000,
  })
}

async function makeOnce(settings: LabSettings, layout: LabLayout, options: LabOptions, tools: LabTools, run: LabRun): Promise<void> {
  const {exec, clock, env} = settings
  const {progress, signal} = run
  const kubernetesVersion = tools.kubernetes.version
  const ports = await choosePorts(await takenPorts(settings.stateDir))
  await mkdir(layout.folder, {recursive: true, mode: 0o700})
  await linkPrograms(layout, tools)
  await writeKwokctlConfig(layout, options, kubernetesVersion, ports)

  progress?.(`starting etcd, kube-apiserver, kube-controller-manager and kube-scheduler ${kubernetesVersion}`)
  signal?.throwIfAborted()
  await withWatch(settings, layout, () => runKwokctl(exec, layout, options.name, {args: ['create', 'cluster', '--kubeconfig', ''], doing: `make the lab ${options.name}`, env}))
  signal?.throwIfAborted()
  progress?.('giving kp an identity of its own, and the simulated nodes their behaviour')
  await allOf(restartKwok(settings, layout, options.name), setUp(settings, layout, options, {kubernetesVersion, ports}))
  await settle(settings, layout, options.name)
  await writeRecord(layout, {options, kubernetesVersion, server: serverUrl(ports), ports, createdAt: new Date(clock.now()).toISOString()})
}

/** kp's certificate, its rights, and the stages. */
async function setUp(settings: LabSettings, layout: LabLayout, options: LabOptions, {kubernetesVersion, ports}: {kubernetesVersion: string; ports: LabPorts}): Promise<void> {
  await writeKpKubeconfig(settings.exec, layout, {name: options.name, kubernetesVersion, ports})
  const stages = coreStages(labFile('..')).map((path) => readStage(path, kubernetesVersion))
  await applyAsAdmin(settings, layout, [operatorBinding(), ...stages], `set up the lab ${options.name}`)
}

/** How long the API server may take to come up, and to make the roles that it brings; kp's own binding names one of them. */
const SETTLE_MS = 120_000

/** Whether the API server is ready, and kp may do what its role allows: `/readyz` anybody may ask, also before there are roles. */
async function servesKp({exec}: LabSettings, layout: LabLayout): Promise<boolean> {
  const ask = async (path: string): Promise<boolean> => (await exec.run({tool: join(layout.bin, 'kubectl'), args: ['--kubeconfig', layout.kubeconfig, 'get', '--raw', path], mutates: false, doing: 'ask whether kp may read', okExitCodes: [0, 1], timeoutMs: 30_000})).exitCode === 0
  return (await ask('/readyz')) && ask('/api')
}

/**
 * kwok was started before its own kinds were defined, and looks for them again only after seconds; a new one finds them at once.
 * Whatever else ended while the API server came up is started again too.
 */
async function restartKwok(settings: LabSettings, layout: LabLayout, name: string): Promise<void> {
  await endComponent(layout, 'kwok-controller')
  await startComponents(settings, layout, name)
}

/** Waits for all, also where one fails: nothing goes on in the background. */
async function allOf(...work: Promise<void>[]): Promise<void> {
  for (const result of await Promise.allSettled(work)) if (result.status === 'rejected') throw result.reason
}

/** Where the programs of a lab are. */
export interface LabTools {
  kubernetes: {version: string; folder: string}
  kwok: {version: string; folder: string}
  kwokctl: {version: string; folder: string}
}

/** @throws KpError TOOL_MISSING */
export async function findLabTools(cacheDir: string, options: LabOptions): Promise<LabTools> {
  const locate = async (tool: Tool | undefined, name: string): Promise<{version: string; folder: string}> => {
    const folder = tool === undefined ? '' : await toolFolder(tool, cacheDir)
    if (tool !== undefined && isComplete(tool, folder)) return {version: tool.version, folder}
    throw new KpError({code: 'TOOL_MISSING', message: `the lab needs ${name}, which is not installed`, doing: `make the lab ${options.name}`, next: ['kp tools install']})
  }
  return {
    kubernetes: await locate(findTool('kubernetes', options.kubernetesMinor), `Kubernetes ${options.kubernetesMinor}`),
    kwok: await locate(findTool('kwok'), 'kwok'),
    kwokctl: await locate(findTool('kwokctl'), 'kwokctl'),
  }
}

async function linkPrograms(layout: LabLayout, tools: LabTools): Promise<void> {
  await mkdir(layout.bin)
  for (const name of KUBERNETES_LINKS) {
    await symlink(join(tools.kubernetes.folder, name), join(layout.bin, name))
  }
  await symlink(join(tools.kwok.folder, 'kwok'), join(layout.bin, 'kwok-controller'))
  await symlink(join(tools.kwokctl.folder, 'kwokctl'), join(layout.bin, 'kwokctl'))
}

/** Runs kwokctl; where etcd or the API server end meanwhile, ends it at once instead of letting it wait for them. */
async function withWatch(settings: LabSettings, layout: LabLayout, work: () => Promise<void>): Promise<void> {
  let working = true
  const watch = async (): Promise<string | undefined> => {
    // A process that is being started may look dead for an instant: twice in a row is dead.
    let before: string | undefined
    for (;;) {
      await settings.clock.sleep(400)
      if (!working) return undefined
      const dead = await deadComponents(layout)
      const ended = ['etcd', 'kube-apiserver'].find((name) => dead.includes(name) && existsSync(join(layout.pids, `${name}.pid`)))
      if (ended !== undefined && ended === before) {
        await endLabProcesses(layout, settings.clock)
        return ended
      }
      before = ended
    }
  }
  const watching = watch()
  try {
    await work()
  } catch (error) {
    working = false
    const ended = await watching
    throw ended === undefined ? error : new KpError({code: 'LAB_FAILED', message: `${ended} ended while it started`, cause: error})
  } finally {
    working = false
    await watching
  }
}

async function deadControlPlane(layout: LabLayout): Promise<string[]> {
  const dead = await deadComponents(layout)
  return COMPONENTS.filter((name) => dead.includes(name))
}

function serverUrl(ports: LabPorts): string {
  return `https://127.0.0.1:${ports.apiserver}`
}

/** The last lines of components' logs. */
async function componentLogs(layout: LabLayout, names: readonly string[] = COMPONENTS): Promise<string[]> {
  const tails = await Promise.all(
    names.map(async (name) => {
      const text = await readFile(join(layout.logs, `${name}.log`), 'utf8').catch(() => '')
      const lines = text.trimEnd().split('\n').filter((line) => line !== '').slice(-3)
      return lines.map((line) => `${name}: ${line}`)
    }),
  )
  return tails.flat()
}

function interrupted(name: string, cause: unknown): KpError {
  return new KpError({code: 'INTERRUPTED', message: `making the lab ${name} was stopped; nothing of it is left`, doing: `make the lab ${name}`, next: ['run the same command again'], cause})
}

function failed(name: string, error: unknown, logs: string[]): KpError {
  const cause = asKpError(error)
  if (cause.code === 'FILE_SYSTEM' || cause.code === 'TOOL_MISSING' || cause.code === 'BUG') return cause
  return new KpError({
    code: 'LAB_FAILED',
    message: `the lab ${name} could not be made: ${cause.message}`,
    doing: `make the lab ${name}`,
    ...(cause.tool === undefined ? {} : {tool: cause.tool}),
    details: logs,
    next: ['run the same command again: nothing of the failed lab is left', 'kp doctor'],
    cause,
  })
}
