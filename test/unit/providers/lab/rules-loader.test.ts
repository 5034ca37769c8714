/** The loader brings rules and routes of the cluster to Prometheus and Alertmanager, and takes what Alertmanager sends. */
import {mkdirSync, readFileSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {expect, it, onTestFinished} from 'vitest'
import {parse, stringify} from 'yaml'
import {systemClock} from '../../../../src/engine/clock.ts'
import {labLayout} from '../../../../src/providers/lab/layout.ts'
import {choosePort} from '../../../../src/providers/lab/ports.ts'
import {writeService} from '../../../../src/providers/lab/services/record.ts'
import {loadRules} from '../../../../src/providers/lab/services/rules-loader.ts'
import {serve} from '../../../helpers/http.ts'
import {tempFolder} from '../../../helpers/temp.ts'

it('brings both, again after a change, and says where Alertmanager is', async () => {
  const layout = labLayout(tempFolder(), 'one')
  let severities = 'page'
  const routes = (): string => stringify({route: {receiver: 'null', routes: [{receiver: 'oncall', matchers: [`severity =~ "${severities}"`]}]}, receivers: [{name: 'null'}, {name: 'oncall', slack_configs: [{api_url_file: '/secret'}]}]})
  const api = await serve(({url = ''}, response) => {
    const body = url.endsWith('/prometheusrules') ? {items: [{metadata: {namespace: 'monitoring', name: 'slo'}, spec: {groups: [{name: 'slo', rules: []}]}}]} : {data: {'alertmanager.yaml': Buffer.from(routes()).toString('base64')}}
    response.setHeader('content-type', 'application/json').end(JSON.stringify(body))
  })
  const reloaded = await serve((_, response) => void response.end())
  const running = Number(new URL(reloaded.url).port)
  mkdirSync(layout.cluster, {recursive: true})
  writeFileSync(layout.adminKubeconfig, stringify({apiVersion: 'v1', kind: 'Config', clusters: [{name: 'a', cluster: {server: api.url}}], users: [{name: 'a', user: {}}], contexts: [{name: 'a', context: {cluster: 'a', user: 'a'}}], 'current-context': 'a'}))
  for (const name of ['prometheus', 'alertmanager']) {
    mkdirSync(join(layout.folder, 'services', name), {recursive: true})
    await writeService(layout, {name, pid: process.pid, port: running})
  }
  const port = await choosePort(new Set())
  const stopped = new AbortController()
  onTestFinished(() => stopped.abort())
  const folder = join(layout.folder, 'services', 'prometheus-rules')
  void loadRules({lab: layout.folder, folder, port, more: {}, clock: systemClock, signal: stopped.signal, log: (line) => expect.soft(line).toBe('')})
  const config = (): {route?: {routes: {matchers: string[]}[]}; receivers?: object[]} => parse(readFileSync(join(layout.folder, 'services', 'alertmanager', 'alertmanager.yaml'), 'utf8')) as object
  await expect.poll(() => config().receivers, {timeout: 10_000}).toEqual([{name: 'null'}, {name: 'oncall', webhook_configs: [{url: `http://127.0.0.1:${port}/alerts/oncall`, send_resolved: true}]}])
  expect(readFileSync(join(folder, 'rules', 'monitoring_slo.yaml'), 'utf8')).toContain('name: slo')
  expect(JSON.parse(readFileSync(join(layout.folder, 'services', 'alertmanager', 'targets.json'), 'utf8'))).toEqual([{targets: [`127.0.0.1:${running}`], labels: {}}])
  await expect.poll(() => reloaded.paths).toEqual(['/-/reload', '/-/reload'])
  severities = 'page|critical'
  await expect.poll(() => config().route?.routes[0]?.matchers, {timeout: 10_000}).toEqual(['severity =~ "page|critical"'])
  await expect.poll(() => reloaded.paths.length).toBe(3)
  await fetch(`http://127.0.0.1:${port}/alerts/oncall`, {method: 'POST', body: JSON.stringify({alerts: [{status: 'firing', labels: {alertname: 'Down'}}]})})
  expect(await (await fetch(`http://127.0.0.1:${port}/alerts`)).json()).toEqual({oncall: {notifications: 1, alerts: {Down: 1}}})
  expect((await fetch(`http://127.0.0.1:${port}/healthz`)).status).toBe(200)
}, 40_000)
