/** The program of the front door. */
import {mkdir, rename, writeFile} from 'node:fs/promises'
import {createServer} from 'node:http'
import {join} from 'node:path'
import {layoutAt} from '../program.ts'
import type {ProcessSettings} from '../program.ts'
import {servicePlace} from '../record.ts'
import {targets, TARGETS_FILE} from '../targets.ts'
import {keepAsking} from './asker.ts'
import type {AskedHost} from './asker.ts'
import {createCertificates} from './certificates.ts'
import {decide} from './decide.ts'
import {createMetrics} from './metrics.ts'
import {createDoor} from './server.ts'
import {makeTable} from './table.ts'
import type {Table} from './types.ts'
import {reachOf} from './watch.ts'
import {isOpen} from './ways.ts'
import {watchWorld} from './world.ts'
import type {WatchedWorld} from './world.ts'

/** Changes come in bursts: they are followed together. */
const SOON_MS = 20

/** Runs until it is stopped. On its own port it answers /healthz, /metrics and /routes; on the two others it is the front door. */
export async function runFrontDoor({lab, folder, port, more, clock, signal, log}: ProcessSettings): Promise<void> {
  const layout = layoutAt(lab)
  const ports = {http: more['http'] ?? 0, https: more['https'] ?? 0}
  let due = false
  const world = watchWorld({reach: reachOf(layout, servicePlace(layout, 'front-door', port).apiserver), clock, signal, log, changed() {
    if (due) return
    due = true
    setTimeout(() => {
      due = false
      follow()
    }, SOON_MS)
  }})
  const table = currentTable(world)
  const metrics = createMetrics()
  const door = createDoor({ports, world, table, certificates: createCertificates(world, layout), chance: Math.random, served: metrics.count, log})
  let namespace: string | undefined
  function follow(): void {
    world.wantPods(podNamespaces(table()))
    door.follow()
    const found = table().ways.find(({service}) => service !== undefined)?.service?.namespace
    if (found === undefined || found === namespace) return
    namespace = found
    // The proxies would be read where they run.
    void writeTargets(folder, targets(port, {namespace: found})).catch((error: Error) => log(error.message))
  }
  const seen = new Map<string, AskedHost>()
  const about = createServer((request, response) => {
    void (async () => {
      const trouble = world.trouble()
      const [path = '/'] = (request.url ?? '/').split('?')
      if (path === '/metrics') response.setHeader('content-type', 'text/plain; version=0.0.4').end(metrics.text(table().ways, await door.connections()))
      else if (path === '/routes') response.setHeader('content-type', 'application/json').end(`${JSON.stringify(describe(world, table(), seen, ports))}\n`)
      else if (path === '/healthz') response.writeHead(trouble === undefined ? 200 : 503).end(`${trouble ?? 'ok'}\n`)
      else response.writeHead(404).end('/healthz, /metrics, /routes\n')
    })()
  })
  about.listen(port, '127.0.0.1')
  signal.addEventListener('abort', () => {
    about.close()
    about.closeAllConnections()
    door.close()
  })
  await keepAsking({
    table, ports, clock, signal, seen,
    answers: (entry) => isOpen(world, entry.way) && decide(world, entry, {scheme: entry.scheme, servername: entry.host, host: entry.host, path: entry.path.value, method: 'GET', headers: {}}, Math.random).kind === 'answer',
  })
}

/** The table of what is known now, made at most once for each change. */
function currentTable(world: WatchedWorld): () => Table {
  let made: {version: number; table: Table} | undefined
  return () => {
    if (made?.version !== world.version()) made = {version: world.version(), table: makeTable(world)}
    return made.table
  }
}

/** Where pods matter: behind the routes, and where the proxies are. */
function podNamespaces({ways, entries}: Table): Set<string> {
  const behind = entries.flatMap(({action}) => (action.kind === 'forward' ? action.backends.map(({namespace}) => namespace) : []))
  return new Set([...behind, ...ways.flatMap(({service}) => service?.namespace ?? [])])
}

/** What /routes says. */
function describe(world: WatchedWorld, {ways, entries}: Table, seen: Map<string, AskedHost>, ports: {http: number; https: number}): object {
  return {
    ports,
    ways: ways.map((way) => ({name: way.name, controller: way.controller, open: isOpen(world, way)})),
    routes: entries.map(({scheme, host, path, route, action}) => ({scheme, host, path: path.value, route: `${route.kind} ${route.namespace}/${route.name}`, leadsTo: action.kind === 'redirect' ? `${action.status}` : action.backends.map(({namespace, service}) => `Service ${namespace}/${service}`).join(', ')})),
    visitor: [...seen.values()],
  }
}

async function writeTargets(folder: string, text: string): Promise<void> {
  const path = join(folder, TARGETS_FILE)
  await mkdir(folder, {recursive: true})
  await writeFile(`${path}.new`, text)
  await rename(`${path}.new`, path)
}
