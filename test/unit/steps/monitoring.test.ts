/** What phase 8 says of alerts and targets, and the dashboards that it writes. */
import {describe, expect, it} from 'vitest'
import {receiversOf} from '../../../src/steps/08-monitoring/checks.ts'
import {judgeTargets} from '../../../src/steps/08-monitoring/checks-live.ts'
import type {Target} from '../../../src/steps/08-monitoring/checks-live.ts'
import {cluster} from '../../../src/steps/08-monitoring/dashboards/cluster.ts'
import {dashboardJson} from '../../../src/steps/08-monitoring/dashboards/dashboard.ts'
import {ingressDashboard, redDashboard} from '../../../src/steps/08-monitoring/dashboards/ingress.ts'
import {nodes} from '../../../src/steps/08-monitoring/dashboards/nodes.ts'

describe('receiversOf', () => {
  const receivers = [{name: 'null'}, {name: 'oncall', pagerduty_configs: [{}]}, {name: 'chat', slack_configs: [{}]}]
  const config = {
    receivers,
    route: {routes: [{receiver: 'null', matchers: ['severity =~ "page|critical"']}, {receiver: 'oncall', matchers: ['severity =~ "page|critical"']}, {receiver: 'chat', matchers: ['severity = "warning"']}, {receiver: 'gone', matchers: ['severity = "info"']}]},
  }

  it('knows who gets an alert', () => {
    expect(receiversOf(config, 'page')).toEqual(['oncall'])
    expect(receiversOf(config, 'warning')).toEqual(['chat'])
  })

  it('counts no receiver that sends nothing or does not exist', () => {
    expect(receiversOf(config, 'info')).toEqual([])
    expect(receiversOf({receivers}, 'page')).toEqual([])
    expect(receiversOf({...config, receivers: []}, 'page')).toEqual([])
  })

  it('takes no part of a name for the name', () => {
    expect(receiversOf({receivers, route: {routes: [{receiver: 'oncall', matchers: ['severity =~ "pager"']}]}}, 'page')).toEqual([])
  })
})

describe('judgeTargets', () => {
  const target = (job: string, health = 'up', lastError?: string): Target => ({labels: {job, instance: '10.0.0.1:1'}, health, ...(lastError === undefined ? {} : {lastError})})
  const required = ['apiserver', 'kubelet', 'kube-state-metrics', 'node-exporter'].map((job) => target(job))

  it('passes where everything is up', () => {
    expect(judgeTargets([...required, target('web')])).toMatchObject({status: 'pass', observed: '5 targets, 5 jobs'})
  })

  it('fails where a target of every platform is missing or down', () => {
    expect(judgeTargets(required.slice(1))).toMatchObject({status: 'fail', observed: 'there is no target of apiserver'})
    expect(judgeTargets([...required, target('kubelet', 'down', 'connection refused')])).toMatchObject({status: 'fail', observed: 'kubelet at 10.0.0.1:1 is down: connection refused'})
    expect(judgeTargets([])).toMatchObject({status: 'fail'})
  })

  it('warns of any other that is down', () => {
    expect(judgeTargets([...required, target('web', 'down')])).toMatchObject({status: 'warn', observed: '1 of 5 targets are down'})
  })
})

describe('dashboards', () => {
  const all = [cluster, nodes, ...(['envoy-gateway', 'traefik', 'ingress-nginx'] as const).flatMap((controller) => [ingressDashboard(controller), redDashboard(controller)])].filter((one) => one !== undefined)

  it('has none of the way in where the controller offers no metrics', () => {
    expect(ingressDashboard('aws-load-balancer-controller')).toBeUndefined()
    expect(redDashboard('aws-load-balancer-controller')).toBeUndefined()
  })

  it.each(all.map((dashboard, at): [string, number] => [`${dashboard.title} (${at})`, at]))('%s is what Grafana reads', (_, at) => {
    const dashboard = all[at]
    if (dashboard === undefined) throw new Error('there is no such dashboard')
    const model = JSON.parse(dashboardJson(dashboard)) as {uid: string; panels: {id: number; gridPos: {x: number; y: number; w: number; h: number}; targets: {expr: string; refId: string}[]}[]}
    expect(model.uid).toBe(`kp-${dashboard.id}`)
    expect(new Set(model.panels.map(({id}) => id)).size).toBe(dashboard.panels.length)
    const cells = new Set<string>()
    for (const {gridPos: {x, y, w, h}, targets} of model.panels) {
      expect(x + w).toBeLessThanOrEqual(24)
      for (let column = x; column < x + w; column++) for (let row = y; row < y + h; row++) {
        expect(cells.has(`${column}/${row}`), 'two panels at one place').toBe(false)
        cells.add(`${column}/${row}`)
      }
      expect(targets.length).toBeGreaterThan(0)
      for (const {expr} of targets) for (const pair of ['()', '{}', '[]']) expect(expr.split(pair[0] ?? '').length, expr).toBe(expr.split(pair[1] ?? '').length)
    }
  })
})
