/** The program that keeps the rule files of the lab's Prometheus equal to the PrometheusRule objects of the cluster. */
import {mkdir, readdir, readFile, rm, writeFile} from 'node:fs/promises'
import {createServer} from 'node:http'
import {join} from 'node:path'
import {stringify} from 'yaml'
import {KubeApi} from '../../../tools/kube-api.ts'
import type {KubeObject} from '../../../tools/kube-api.ts'
import {layoutAt} from './program.ts'
import type {ProcessSettings} from './program.ts'
import {RULES_FOLDER} from './prometheus-rules.ts'
import {readService} from './record.ts'

const EVERY_MS = 2000
const RULES_PATH = '/apis/monitoring.coreos.com/v1/prometheusrules'

/** Runs until it is stopped. Answers /healthz: 200 while the last look at the cluster succeeded. */
export async function loadRules({lab, folder, port, clock, signal, log}: ProcessSettings): Promise<void> {
  const layout = layoutAt(lab)
  const api = new KubeApi({kubeconfig: layout.adminKubeconfig, userAgent: 'kp-lab-prometheus-rules', clock, signal, timeoutMs: 10_000})
  const rules = join(folder, RULES_FOLDER)
  await mkdir(rules, {recursive: true})
  let trouble: string | undefined
  const server = createServer((_, response) => response.writeHead(trouble === undefined ? 200 : 503).end(`${trouble ?? 'ok'}\n`))
  server.listen(port, '127.0.0.1')
  let loaded: number | undefined
  while (!signal.aborted) {
    try {
      const changed = await bringFiles(rules, await rulesOf(api))
      const running = readService(layout, 'prometheus')
      const pid = running?.identity.pid
      if (running?.port !== undefined && (changed || loaded !== pid)) {
        const complaint = await reload(running.port)
        if (complaint !== undefined) throw new Error(complaint)
        loaded = pid
      }
      trouble = undefined
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error)
      if (message !== trouble) log(message)
      trouble = message
      loaded = undefined
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

/** Has Prometheus read its configuration and rules again. @returns what it complains about */
async function reload(port: number): Promise<string | undefined> {
  const answer = await fetch(`http://127.0.0.1:${port}/-/reload`, {method: 'POST', signal: AbortSignal.timeout(10_000)})
  const said = await answer.text()
  return answer.ok ? undefined : `Prometheus refuses the rules: ${said.trim()}`
}
