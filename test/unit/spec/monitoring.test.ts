/** The rules about monitoring. */
import {expect, it} from 'vitest'
import {MINIMAL, problemsWith, resolved, warningsWith} from './helper.ts'

const SECRETS = 'secrets: {key: env:KEY}\n'
const monitoring = (fields: string): string => `${SECRETS}phases: {monitoring: {${fields}}}\n`
const said = (fields: string): string[] => problemsWith(monitoring(fields)).map((line) => line.replace(/^kp\.yaml:\d+:\d+ {2}phases\.monitoring\./, ''))

it.each([
  ['receivers: [{name: a, type: slack, severities: [page, critical, warning]}]', 'receivers[0].secret  is missing: slack wants its address'],
  ['receivers: [{name: a, type: pagerduty, severities: [page, critical, warning]}]', 'receivers[0].secret  is missing: pagerduty wants its key'],
  ['receivers: [{name: a, type: email, to: a@b.io, severities: [page, critical, warning]}]', 'receivers[0].smarthost  is missing: say which server sends the mail, as host:port'],
  ['receivers: [{name: a, type: email, smarthost: "m.io:587", severities: [page, critical, warning]}]', 'receivers[0].to  is missing: say which address gets the mail'],
  ['receivers: [{name: "null", type: slack, secret: key, severities: [page, critical, warning]}]', 'receivers[0].name  must not be null: kp uses that name for alerts that nobody gets'],
  ['receivers: [{name: a, type: slack, secret: key, severities: [page, critical]}, {name: a, type: slack, secret: key, severities: [warning]}]', 'receivers[1].name  must be unique: there is another receiver "a"'],
  ['remoteWrite: [{url: "https://a.io", username: key}]', 'remoteWrite[0].password  is missing: user name and password go together'],
  ['drop: ["("]', 'drop[0]  must be a regular expression'],
  ['drop: ["(?!go_).*"]', 'drop[0]  must be a regular expression without look-around and back references: Prometheus knows none'],
  ['drop: [".*"]', 'drop[0]  must not match the metric up: by it kp sees whether a target answers'],
  ['dropLabels: [instance]', 'dropLabels[0]  must not be instance: without it series of different targets become one'],
  ['grafana: {host: demo.acme.test}', 'grafana.host  is the host of the demo application already'],
])('refuses %s', (fields, expected) => {
  expect(said(fields)).toEqual([expected])
})

it('refuses a host without a way in', () => {
  expect(problemsWith('phases: {ingress: {enabled: false}, monitoring: {grafana: {host: grafana.acme.test}}}\n').join()).toContain('phases.monitoring.grafana.host  needs the ingress, which is off')
})

it('warns of alerts that nobody gets', () => {
  expect(warningsWith(monitoring('receivers: [{name: a, type: slack, secret: key, severities: [warning]}]')).join()).toContain('leave alerts to nobody: no receiver takes page, critical')
  expect(warningsWith(monitoring('receivers: [{name: a, type: slack, secret: key, severities: [page, critical, warning]}]'))).toEqual([])
})

it('asks nothing where monitoring is off', () => {
  expect(() => resolved(`${MINIMAL}${monitoring('enabled: false, dropLabels: [instance]')}`)).not.toThrow()
})
