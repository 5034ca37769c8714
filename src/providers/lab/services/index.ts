/** The services of a lab: looks at them, starts them, ends them. */
import {createHash} from 'node:crypto'
import {existsSync} from 'node:fs'
import {mkdir, readFile, rm, symlink, writeFile} from 'node:fs/promises'
import {dirname, join} from 'node:path'
import {KpError} from '../../../engine/errors.ts'
import {identifyProcess, isAlive} from '../../../engine/processes.ts'
import {isComplete} from '../../../tools/toolchain/build.ts'
import {findTool} from '../../../tools/toolchain/catalog.ts'
import {toolFolder} from '../../../tools/toolchain/digest.ts'
import {installTools} from '../../../tools/toolchain/install.ts'
import {choosePort, isFree} from '../ports.ts'
import {endByProgram, startProcess} from '../processes.ts'
import {ask} from './ask.ts'
import {requireService} from './catalog.ts'
import {bucketFolder} from './object-store.ts'
import {allTakenPorts, readService, servicePlace, writeService} from './record.ts'
import {TARGETS_FILE} from './targets.ts'
import type {LabService, LabServices, ServiceName, ServicePlace, ServiceSettings, ServiceState} from './types.ts'

/** How long a service may take until it answers: on a machine that also compiles, a minute is not rare. */
const START_MS = 120_000
const LOOK_MS = 100
const LOG_LINES = 8

/** Gives access to the services of a lab. */
export function createServices(settings: ServiceSettings): LabServices {
  const {layout} = settings
  const place = (name: ServiceName): ServicePlace | undefined => {
    const {port, more} = readService(layout, name) ?? {}
    return port === undefined ? undefined : servicePlace(layout, name, port, more)
  }
  const bucketPath = (bucket: string): string | undefined => {
    const store = place('object-store')
    return store === undefined ? undefined : bucketFolder(store, bucket)
  }
  return {
    place,
    about: (name) => requireService(name),
    objects(name) {
      const known = place(name)
      return known === undefined ? [] : (requireService(name).objects?.(known) ?? [])
    },
    missingBuckets: (names) => names.filter((name) => !existsSync(bucketPath(name) ?? '')),
    async makeBucket(name) {
      const folder = bucketPath(name)
      if (folder === undefined) throw new KpError({code: 'BUG', message: 'the object store was never started'})
      await mkdir(folder, {recursive: true})
    },
    address(name) {
      const known = place(name)
      return known === undefined ? undefined : `${requireService(name).answer.secure ? 'https' : 'http'}://127.0.0.1:${known.port}`
    },
    async look(name) {
      const service = requireService(name)
      const record = readService(layout, name)
      const known = place(name)
      if (record === undefined || known === undefined) return 'absent'
      if (isAlive(record.identity) !== true) return 'ended'
      if (record.digest !== (await digestOf(service, known, settings))) return 'outdated'
      return stateOf(await ask(known, service.answer))
    },
    async start(name, progress, signal) {
      const service = requireService(name)
      await bringProgram(service, settings, progress, signal)
      await startOnce(service, settings, signal)
    },
    async end(name) {
      await endByProgram(servicePlace(layout, name, 0).program, settings.clock)
      await rm(join(layout.processes, `${name}.json`), {force: true})
      await rm(join(servicePlace(layout, name, 0).folder, TARGETS_FILE), {force: true})
    },
  }
}

function stateOf(answers: boolean): ServiceState {
  return answers ? 'running' : 'silent'
}

/** The program that a service runs: of the cache, or the Node that kp runs on. Undefined where it is not there. */
async function programOf(service: LabService, settings: ServiceSettings): Promise<string | undefined> {
  return service.tool === 'node' ? process.execPath : installedProgram(service.tool, settings)
}

async function installedProgram(name: string, settings: ServiceSettings): Promise<string | undefined> {
  const tool = findTool(name)
  const folder = tool === undefined ? '' : await toolFolder(tool, settings.cacheDir)
  return tool !== undefined && isComplete(tool, folder) ? join(folder, tool.programs[0] ?? tool.name) : undefined
}

async function bringProgram(service: LabService, settings: ServiceSettings, progress: (text: string, percent?: number) => void, signal: AbortSignal): Promise<void> {
  const {cacheDir, exec, clock, env} = settings
  const tools = [service.tool, ...(service.plugins ?? [])].map((name) => findTool(name)).filter((tool) => tool !== undefined)
  await installTools(tools, {
    cacheDir, exec, clock, env, signal,
    onProgress: ({tool: name, version, phase, percent, line}) => progress(`${name} ${version}: ${phase === 'wait' ? line : phase}${percent === undefined ? '' : ` ${Math.round(percent)}%`}`, percent),
  })
}

async function startOnce(service: LabService, settings: ServiceSettings, signal: AbortSignal): Promise<void> {
  const {layout, clock, env} = settings
  const program = await programOf(service, settings)
  if (program === undefined) throw new KpError({code: 'TOOL_MISSING', message: `the lab's ${service.name} is not installed`, doing: `start ${service.title}`, next: ['kp tools install']})
  const {port, more} = await portsFor(service, settings)
  const place = servicePlace(layout, service.name, port, more)
  await endByProgram(place.program, clock)
  await mkdir(place.folder, {recursive: true, mode: 0o700})
  await rm(place.program, {force: true})
  await symlink(program, place.program)
  await service.prepare?.(place)
  const plugins = await Promise.all((service.plugins ?? []).map((name) => installedProgram(name, settings)))
  await service.linkPlugins?.(place, plugins.filter((path) => path !== undefined))
  const launch = service.launch(place, settings.wishes)
  for (const [path, text] of Object.entries(launch.files ?? {})) {
    await mkdir(dirname(join(place.folder, path)), {recursive: true})
    await writeFile(join(place.folder, path), text, {mode: 0o600})
  }
  const digest = await digestOf(service, place, settings)
  const pid = startProcess(place.program, launch.args, {cwd: place.folder, env: {...environmentOf(env), ...launch.env}, log: place.log})
  const record = pid === undefined ? undefined : await writeService(layout, {name: service.name, pid, port, ...(service.morePorts === undefined ? {} : {more}), digest})
  const until = clock.now() + START_MS
  while (record !== undefined && identifyProcess(record.identity.pid) !== undefined && clock.now() < until) {
    signal.throwIfAborted()
    if (await ask(place, service.answer)) return
    await clock.sleep(LOOK_MS, signal)
  }
  throw new KpError({
    code: 'LAB_FAILED',
    message: record === undefined || isAlive(record.identity) !== true ? `the lab's ${service.name} ended at once` : `the lab's ${service.name} does not answer on 127.0.0.1:${place.port}`,
    doing: `start ${service.title}`,
    details: await endOfLog(place),
    next: [`read ${place.log}`, 'then run the same command again'],
  })
}

/** The ports that it had, where they are free or its own; else new ones. */
async function portsFor(service: LabService, {layout, stateDir, clock}: ServiceSettings): Promise<{port: number; more: Record<string, number>}> {
  const had = readService(layout, service.name)
  await endByProgram(servicePlace(layout, service.name, 0).program, clock)
  const taken = await allTakenPorts(stateDir)
  const portOf = async (known: number | undefined): Promise<number> => {
    const port = known !== undefined && (await isFree(known)) ? known : await choosePort(taken)
    taken.add(port)
    return port
  }
  const port = await portOf(had?.port)
  const more: Record<string, number> = {}
  for (const name of service.morePorts ?? []) more[name] = await portOf(had?.more?.[name])
  return {port, more}
}

/** What it inherits of kp's environment: nothing that names a cluster, a run or a secret. */
function environmentOf(inherited: Record<string, string | undefined>): Record<string, string> {
  return Object.fromEntries(['PATH', 'HOME', 'TMPDIR', 'LANG'].flatMap((name) => (inherited[name] === undefined ? [] : [[name, inherited[name]]])))
}

async function digestOf(service: LabService, place: ServicePlace, settings: ServiceSettings): Promise<string> {
  const {args, env = {}, files = {}} = service.launch(place, settings.wishes)
  const program = (await programOf(service, settings)) ?? ''
  return createHash('sha256').update(JSON.stringify([program, args, Object.keys(env), files])).digest('hex').slice(0, 16)
}

async function endOfLog(place: ServicePlace): Promise<string[]> {
  if (!existsSync(place.log)) return []
  const text = await readFile(place.log, 'utf8').catch(() => '')
  return text.trimEnd().split('\n').filter((line) => line !== '').slice(-LOG_LINES)
}
