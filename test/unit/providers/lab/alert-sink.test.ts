import {Readable} from 'node:stream'
import type {IncomingMessage} from 'node:http'
import {expect, it} from 'vitest'
import {createSink, sendToSink} from '../../../../src/providers/lab/services/alert-sink.ts'

it('every receiver that sends is led to the sink; routes stay, addresses and secrets go', () => {
  const route = {receiver: 'null', routes: [{receiver: 'oncall', matchers: ['severity =~ "page|critical"'], continue: true}]}
  const config = sendToSink(
    {
      global: {resolve_timeout: '5m', smtp_auth_password: 'secret', slack_api_url_file: '/etc/secret'},
      route,
      inhibit_rules: [{equal: ['namespace']}],
      receivers: [{name: 'null'}, {name: 'oncall', pagerduty_configs: [{routing_key_file: '/etc/secret'}]}, {name: 'a team', email_configs: [{to: 'team@acme.io', auth_password_file: '/etc/secret'}]}],
      templates: [],
    },
    'http://127.0.0.1:1',
  )
  expect(config).toEqual({
    global: {resolve_timeout: '5m'},
    route,
    inhibit_rules: [{equal: ['namespace']}],
    receivers: [{name: 'null'}, {name: 'oncall', webhook_configs: [{url: 'http://127.0.0.1:1/alerts/oncall', send_resolved: true}]}, {name: 'a team', webhook_configs: [{url: 'http://127.0.0.1:1/alerts/a%20team', send_resolved: true}]}],
  })
})

it('counts by receiver what fires, and keeps no text', async () => {
  const sink = createSink()
  const send = (alerts: object[]): Promise<void> => sink.take('oncall', Readable.from([JSON.stringify({alerts})]) as IncomingMessage)
  await send([{status: 'firing', labels: {alertname: 'Down', pod: 'a'}}, {status: 'resolved', labels: {alertname: 'Slow'}}])
  await send([{status: 'firing', labels: {alertname: 'Down', pod: 'a'}}])
  expect(sink.seen()).toEqual({oncall: {notifications: 2, alerts: {Down: 2}}})
  await expect(sink.take('oncall', Readable.from(['no JSON']) as IncomingMessage)).rejects.toThrow()
})
