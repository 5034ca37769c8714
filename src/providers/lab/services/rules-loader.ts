/** The program that keeps the rules of the lab's Prometheus and the routes of its Alertmanager equal to those of the cluster. */
import {mkdir, readdir, readFile, rename, rm, writeFile} from 'node:fs/promises'
import {createServer} from 'node:http'
import {join} from 'node:path'
import {parse, stringify} from 'yaml'
import {KubeApi} from '../../../tools/kube-api.ts'
import type {KubeObject} from '../../../tools/kube-api.ts'
import type {LabLayout} from '../layout.ts'
import {createSink, sendToSink} from './alert-sink.ts'
import {CONFIG_FILE} from './alertmanager.ts'
import {layoutAt} from './program.ts'
import type {ProcessSettings} from './program.ts'
import {RULES_FOLDER} from './prometheus-rules.ts'
import {readService} from './record.ts'
import {targets, TARGETS_FILE} from './targets.ts'

const EVERY_MS = 2000
/** What the operator hands to Alertmanager. */
const CONFIG_PATH = '/api/v1/namespaces/monitoring/secrets/alertmanager-kube-prometheus-stack-alertmanager'
const RULES_PATH = '/apis/monitoring.coreos.com/v1/prometheusrules'

/** Runs until it is stopped. Answers /healthz: 200 while the last look at the cluster succeeded; takes alerts, and says at /alerts who got how many. */
export async function loadRules({lab, folder, port, clock, signal, log}: ProcessSettings): Promise<void> {
  const layout = layoutAt(lab)
  const api = new KubeApi({kubeconfig: layout.adminKubeconfig, userAgent: 'kp-lab-prometheus-rules', clock, signal, timeoutMs: 10_000})
  const rules = join(folder, RULES_FOLDER)
  await mkdir(rules, {recursive: true})
  let trouble: string | undefined
  const sink = createSink()
  const server = createServer((request, response) => {
    const receiver = /^\/alerts\/([^/?]+)$/.exec(request.url ?? '')?.[1]
    if (receiver !== undefined && request.method === 'POST') {
      void sink.take(decodeURIComponent(receiver), request).then(() => response.end(), (error: Error) => response.writeHead(400).end(error.message))
    } else if (request.url === '/alerts') response.setHeader('content-type', 'application/json').end(`${JSON.stringify(sink.seen())}\n`)
    else response.writeHead(trouble === undefined ? 200 : 503).end(`${trouble ?? 'ok'}\n`)
  })
  server.listen(port, '127.0.0.1')
  let loaded: number | undefined
  let routed: string | undefined
  while (!signal.aborted) {
    try {
      const changed = await bringFiles(rules, await rulesOf(api))
      const running = readService(layout, 'prometheus')
      const pid = running?.identity.pid
      if (running?.port !== undefined && (changed || loaded !== pid)) {
        const complaint = await reload('Prometheus', running.port)
        if (complaint !== undefined) throw new Error(complaint)
        loaded = pid
      }
      routed = await bringRoutes(api, layout, port, routed)
      trouble = undefined
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error)
      if (message !== trouble) log(message)
      trouble = message
      loaded = undefined
      routed = undefined
    }
    await clock.sleep(EVERY_MS, signal).catch(() => {})
  }
  server.close()
}

/** The file of each object, by its name: the spec as it is, since Prometheus reads the same words. */
async function rulesOf(api: KubeApi): Promise<Map<string, string>> {
  const answer = await api.request({path: RULES_PATH})
  if (answer.status === 404) return new Map()
  if (answer.status !== 200) throw new Error(`the API server answers ${answer.status} to ${RULES_PATH}`)
  const {items} = answer.body as {items: KubeObject[]}
  return new Map(items.map(({metadata, ...object}) => [`${metadata.namespace}_${metadata.name}.yaml`, stringify(withoutOperatorWords(object['spec']))]))
}

/** Fields of the operator's that Prometheus does not know. */
function withoutOperatorWords(spec: unknown): object {
  const {groups = []} = (spec ?? {}) as {groups?: Record<string, unknown>[]}
  return {groups: groups.map((group) => Object.fromEntries(Object.entries(group).filter(([field]) => field !== 'partial_response_strategy')))}
}

/** Writes what differs and removes what is gone. @returns whether anything was done */
async function bringFiles(folder: string, wanted: Map<string, string>): Promise<boolean> {
  let changed = false
  for (const name of await readdir(folder)) {
    if (wanted.has(name)) continue
    await rm(join(folder, name))
    changed = true
  }
  for (const [name, text] of wanted) {
    if ((await readFile(join(folder, name), 'utf8').catch(() => '')) === text) continue
    await writeFile(join(folder, name), text)
    changed = true
  }
  return changed
}

/**
 * Brings Alertmanager the configuration of the platform, its receivers replaced by the sink, and says to Prometheus where it is.
 * @param before what was brought last
 * @returns what is brought now
 */
async function bringRoutes(api: KubeApi, layout: LabLayout, sink: number, before: string | undefined): Promise<string | undefined> {
  const running = readService(layout, 'alertmanager')
  if (running?.port === undefined) return undefined
  const answer = await api.request({path: CONFIG_PATH})
  const text = (answer.body as {data?: Record<string, string>} | undefined)?.data?.['alertmanager.yaml']
  if (answer.status !== 200 || text === undefined) return before
  const config = stringify(sendToSink(parse(Buffer.from(text, 'base64').toString('utf8')) as Record<string, unknown>, `http://127.0.0.1:${sink}`))
  const now = `${running.identity.pid} ${config}`
  if (now === before) return before
  const folder = join(layout.folder, 'services', 'alertmanager')
  await writeWhole(join(folder, CONFIG_FILE), config)
  await writeWhole(join(folder, TARGETS_FILE), targets(running.port))
  const complaint = await reload('Alertmanager', running.port)
  if (complaint !== undefined) throw new Error(complaint)
  return now
}

async function writeWhole(path: string, text: string): Promise<void> {
  await writeFile(`${path}.new`, text, {mode: 0o600})
  await rename(`${path}.new`, path)
}

/** Has it read its configuration again. @returns what it complains about */
async function reload(name: string, port: number): Promise<string | undefined> {
  const answer = await fetch(`http://127.0.0.1:${port}/-/reload`, {method: 'POST', signal: AbortSignal.timeout(10_000)})
  const said = await answer.text()
  return answer.ok ? undefined : `${name} refuses its configuration: ${said.trim()}`
}
