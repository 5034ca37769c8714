/** Keeps what is of one kind in the cluster: one list, then a watch that goes on where it was broken off. */
import {readFileSync} from 'node:fs'
import {Agent, request} from 'node:https'
import {join} from 'node:path'
import type {Clock} from '../../../../engine/clock.ts'
import type {KubeObject} from '../../../../tools/kube-api.ts'
import type {LabLayout} from '../../layout.ts'
import type {Kept, KindReader} from './kinds.ts'

/** How the API server is reached: the lab's own certificates. */
export interface Reach {
  agent: Agent
  host: string
  port: number
}

/** What a watch needs besides its kind. */
export interface WatchSettings {
  reach: Reach
  clock: Clock
  signal: AbortSignal
  log(line: string): void
  /** Told after each change. */
  changed(): void
}

/** What is known of a kind. */
export interface Watched<T> {
  objects: Map<string, T>
  /** Whether the cluster was read once. */
  synced: boolean
  /** Why it cannot be read now. */
  trouble: string | undefined
  stop(): void
}

/** The server did not take the watch. */
class Refused extends Error {}

const RETRY_MS = 500
/** A kind that does not exist may come later. */
const NO_KIND_MS = 10_000
/** The server ends a watch that has nothing to tell after so long. */
const WATCH_S = 570

/** The way to the API server of a lab. Reads its certificates. */
export function reachOf(layout: LabLayout, apiserver: string): Reach {
  const file = (name: string): Buffer => readFileSync(join(layout.pki, name))
  const [host = '127.0.0.1', port = '0'] = apiserver.split(':')
  return {agent: new Agent({keepAlive: true, ca: file('ca.crt'), cert: file('admin.crt'), key: file('admin.key'), servername: 'localhost'}), host, port: Number(port)}
}

/** The key of an object in what is kept. */
export function keyOf({namespace = '', name}: {namespace?: string; name: string}): string {
  return `${namespace}/${name}`
}

/** Begins to watch; goes on until it is stopped. */
export function watchKind<T extends Kept>(reader: KindReader<T>, settings: WatchSettings): Watched<T> {
  const stopped = new AbortController()
  const signal = AbortSignal.any([settings.signal, stopped.signal])
  const watched: Watched<T> = {objects: new Map(), synced: false, trouble: undefined, stop: () => stopped.abort()}
  void keep(reader, watched, {...settings, signal})
  return watched
}

async function keep<T extends Kept>(reader: KindReader<T>, watched: Watched<T>, settings: WatchSettings): Promise<void> {
  const {clock, signal} = settings
  let version: string | undefined
  while (!signal.aborted) {
    try {
      version ??= await list(reader, watched, settings)
      watched.trouble = undefined
      if (version === undefined) await clock.sleep(NO_KIND_MS, signal)
      else version = await follow(reader, watched, version, settings)
    } catch (error) {
      if (signal.aborted) return
      // A server that was put back to an earlier state does not know the version.
      if (error instanceof Refused) version = undefined
      const message = error instanceof Error ? error.message : String(error)
      if (message !== watched.trouble) settings.log(`${reader.path}: ${message}`)
      watched.trouble = message
      await clock.sleep(RETRY_MS, signal)
    }
  }
}

/** Reads all. @returns the version from which on to watch; undefined where the server does not know the kind */
async function list<T extends Kept>(reader: KindReader<T>, watched: Watched<T>, settings: WatchSettings): Promise<string | undefined> {
  const {status, text} = await read(`${reader.path}?${['resourceVersion=0', reader.query].filter((part) => part !== undefined).join('&')}`, settings)
  if (status !== 200 && status !== 404) throw new Error(`the API server answers ${status}`)
  const {items = [], metadata} = status === 404 ? {} : (JSON.parse(text) as {items?: KubeObject[]; metadata?: {resourceVersion?: string}})
  watched.objects.clear()
  for (const object of items) watched.objects.set(keyOf(object.metadata), reader.keep(object))
  watched.synced = true
  settings.changed()
  return metadata?.resourceVersion
}

/** Watches until the server ends it. @returns the version to go on from; undefined where all has to be read anew */
function follow<T extends Kept>(reader: KindReader<T>, watched: Watched<T>, from: string, settings: WatchSettings): Promise<string | undefined> {
  let version: string | undefined = from
  const take = (line: string): void => {
    const {type, object} = JSON.parse(line) as {type: string; object: KubeObject & {code?: number}}
    if (type === 'ERROR') {
      version = undefined
      return
    }
    version = object.metadata.resourceVersion ?? version
    if (type === 'BOOKMARK') return
    if (type === 'DELETED') watched.objects.delete(keyOf(object.metadata))
    else watched.objects.set(keyOf(object.metadata), reader.keep(object))
    settings.changed()
  }
  const query = ['watch=1', 'allowWatchBookmarks=true', `timeoutSeconds=${WATCH_S}`, `resourceVersion=${encodeURIComponent(from)}`, reader.query]
  return new Promise((resolve, reject) => {
    const call = request({...options(settings), path: `${reader.path}?${query.filter((part) => part !== undefined).join('&')}`, signal: settings.signal}, (response) => {
      let rest = ''
      response.setEncoding('utf8')
      response.on('data', (chunk: string) => {
        const lines = `${rest}${chunk}`.split('\n')
        rest = lines.pop() ?? ''
        if (response.statusCode === 200) for (const line of lines) if (line !== '') take(line)
      })
      response.on('error', reject)
      response.on('end', () => {
        if (response.statusCode === 200) resolve(version)
        else if (response.statusCode === 410) resolve(undefined)
        else reject(new Refused(`the API server answers ${response.statusCode} to a watch`))
      })
      // A connection that was cut says neither end nor error.
      response.on('close', () => resolve(version))
    })
    call.on('error', reject)
    call.end()
  })
}

function read(path: string, settings: WatchSettings): Promise<{status: number; text: string}> {
  return new Promise((resolve, reject) => {
    const call = request({...options(settings), path, signal: settings.signal, timeout: 10_000}, (response) => {
      const chunks: Buffer[] = []
      response.on('data', (chunk: Buffer) => chunks.push(chunk))
      response.on('error', reject)
      response.on('end', () => resolve({status: response.statusCode ?? 0, text: Buffer.concat(chunks).toString('utf8')}))
    })
    call.on('timeout', () => call.destroy(new Error('no answer from the API server')))
    call.on('error', reject)
    call.end()
  })
}

function options({reach}: WatchSettings): {agent: Agent; host: string; port: number; headers: Record<string, string>} {
  return {agent: reach.agent, host: reach.host, port: reach.port, headers: {'user-agent': 'kp-lab-front-door', accept: 'application/json'}}
}
