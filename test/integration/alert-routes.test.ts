/** The real Prometheus and Alertmanager with the configuration of phase 8, beside an API server that is played: an alert reaches who asked for its severity. */
import {execFileSync} from 'node:child_process'
import {mkdirSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {expect, it, onTestFinished} from 'vitest'
import {stringify} from 'yaml'
import {alertingConfig} from '../../src/components/alerting-config.ts'
import {systemClock} from '../../src/engine/clock.ts'
import {openToolbox} from '../../src/platform/toolbox.ts'
import {labLayout} from '../../src/providers/lab/layout.ts'
import {createServices} from '../../src/providers/lab/services/index.ts'
import type {ServiceName} from '../../src/providers/lab/services/types.ts'
import type {EnvironmentSpec} from '../../src/spec/types.ts'
import {cacheDir} from '../../src/tools/toolchain/paths.ts'
import {serve} from '../helpers/http.ts'
import {tempFolder} from '../helpers/temp.ts'

const NAMES: ServiceName[] = ['prometheus', 'alertmanager', 'prometheus-rules']
const {signal} = new AbortController()
const mail = (name: string, severities: string[]): object => ({name, type: 'email', to: `${name}@outside.test`, smarthost: 'mail.outside.test:587', severities})
const spec = {domain: 'outside.test', phases: {monitoring: {receivers: [mail('oncall', ['page', 'critical']), mail('team', ['warning']), mail('quiet', ['info'])]}}} as unknown as EnvironmentSpec
const alert = (name: string, severity: string, slo: string): object => ({alert: name, expr: 'vector(1)', labels: {severity, slo}})
/** Of one objective both severities fire: the page holds back the ticket. Of the other only a ticket. */
const rules = {groups: [{name: 'slo', rules: [alert('Burn', 'page', 'one'), alert('Burn', 'warning', 'one'), alert('Slow', 'warning', 'two')]}]}

it('tells the page to whoever is on call and the ticket to the team; a page holds back the ticket of its objective', {timeout: 300_000}, async () => {
  const stateDir = tempFolder()
  const layout = labLayout(stateDir, 'alerts')
  const {exec} = openToolbox({env: process.env, emit: () => {}, redact: (text) => text, signal})
  const services = createServices({layout, stateDir, cacheDir: cacheDir(process.env), exec, clock: systemClock, env: process.env, wishes: {snapshots: false}})
  onTestFinished(async () => {
    for (const name of NAMES) await services.end(name)
  })
  for (const folder of [layout.bin, layout.pki, layout.logs, layout.processes]) mkdirSync(folder, {recursive: true})
  for (const name of ['ca', 'admin']) execFileSync('openssl', ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-keyout', join(layout.pki, `${name}.key`), '-out', join(layout.pki, `${name}.crt`), '-days', '2', '-subj', '/CN=alerts'], {stdio: 'ignore'})
  const api = await serve(({url = ''}, response) => {
    const body = url.endsWith('/prometheusrules') ? {items: [{metadata: {namespace: 'monitoring', name: 'slo'}, spec: rules}]} : {data: {'alertmanager.yaml': Buffer.from(stringify(alertingConfig(spec))).toString('base64')}}
    response.setHeader('content-type', 'application/json').end(JSON.stringify(body))
  })
  writeFileSync(layout.adminKubeconfig, stringify({apiVersion: 'v1', kind: 'Config', clusters: [{name: 'a', cluster: {server: api.url}}], users: [{name: 'a', user: {}}], contexts: [{name: 'a', context: {cluster: 'a', user: 'a'}}], 'current-context': 'a'}))
  writeFileSync(layout.record, JSON.stringify({ports: {apiserver: Number(new URL(api.url).port)}}))
  for (const name of NAMES) await services.start(name, () => {}, signal)
  const received = async (): Promise<unknown> => (await fetch(`${services.address('prometheus-rules')}/alerts`)).json()
  await expect.poll(received, {timeout: 90_000, interval: 1000}).toEqual({oncall: {notifications: 1, alerts: {Burn: 1}}, team: {notifications: 1, alerts: {Slow: 1}}})
  const answer = (await (await fetch(`${services.address('prometheus')}/api/v1/query?query=up`)).json()) as {data: {result: {metric: {job: string}; value: [number, string]}[]}}
  expect(answer.data.result.find(({metric}) => metric.job === 'alertmanager')?.value[1]).toBe('1')
})
