/** What phases.monitoring of kp.yaml becomes in the values of kube-prometheus-stack. */
import {describe, expect, it} from 'vitest'
import {alertingConfig} from '../../../src/components/alerting-config.ts'
import {EXAMPLE_VALUES} from '../../../scripts/example-values.ts'
import {METRICS_NAMES, metricsValues} from '../../../src/components/metrics-values.ts'
import type {EnvironmentSpec} from '../../../src/spec/types.ts'
import {parseSpec} from '../../../src/spec/load.ts'
import {resolveEnvironment} from '../../../src/spec/resolve.ts'

function spec(monitoring: string, more = ''): EnvironmentSpec {
  const text = `apiVersion: kp.dev/v1alpha1\nkind: Platform\nmetadata: {name: acme}\nnodePools: [{name: general, min: 3}]\nsecrets: {key: env:KEY, user: env:USER_NAME}\n${more}\nphases: {monitoring: ${monitoring}}\n`
  return resolveEnvironment(parseSpec('kp.yaml', text).spec, undefined)
}

describe('metricsValues', () => {
  it('keeps a part of the volume free', () => {
    expect(metricsValues(spec('{volume: 100Gi}'))).toMatchObject({volume: '100Gi', retentionSize: `${100 * 1024 * 0.85}MiB`})
  })

  it('guards Prometheus only where there is a second one', () => {
    expect(metricsValues(spec('{replicas: 1}')).guarded).toBe(false)
    expect(metricsValues(spec('{replicas: 2}')).guarded).toBe(true)
  })

  it('drops metrics and labels in one class for all scrapes, and makes none where nothing is dropped', () => {
    expect(metricsValues(spec('{}'))).not.toHaveProperty('scrapeClasses')
    expect(metricsValues(spec('{drop: ["go_.*"], dropLabels: [pod_ip]}')).scrapeClasses).toEqual([
      {name: 'kp', default: true, metricRelabelings: [{sourceLabels: ['__name__'], regex: 'go_.*', action: 'drop'}, {regex: 'pod_ip', action: 'labeldrop'}]},
    ])
  })

  it('names the credentials of long-term stores, never holds them', () => {
    expect(metricsValues(spec('{remoteWrite: [{url: "https://one.example.com/w"}, {url: "https://two.example.com/w", username: user, password: key}]}')).remoteWrite).toEqual([
      {url: 'https://one.example.com/w'},
      {url: 'https://two.example.com/w', basicAuth: {username: {name: 'kp-remote-write', key: '2.username'}, password: {name: 'kp-remote-write', key: '2.password'}}},
    ])
  })

  it('lets a job make the certificate of the webhook where there is no cert-manager', () => {
    expect(metricsValues(spec('{}'))).toMatchObject({webhookCertificate: true, webhookJob: false})
    expect(metricsValues(spec('{}, cert-manager: {enabled: false}, ingress: {enabled: false}, logging: {enabled: false}'))).toMatchObject({webhookCertificate: false, webhookJob: true})
  })

  it('reads the parts of the control plane only where kp knows how it is made', () => {
    expect(metricsValues(spec('{}'))).toMatchObject({controlPlane: true, kubeProxy: true})
    expect(metricsValues(spec('{}, cert-manager: {issuer: internal-ca}', 'provider: {type: existing, kubeconfig: ./kubeconfig}'))).toMatchObject({controlPlane: false, kubeProxy: false})
  })

  it('gives every name of the template, and no other', () => {
    const everything = metricsValues(spec('{replicas: 2, drop: [x], remoteWrite: [{url: "https://one.example.com/w"}], receivers: [{name: team, type: slack, secret: key, severities: [page, critical, warning]}], grafana: {host: grafana.example.com, adminPassword: key}}'))
    expect(Object.keys(everything).toSorted()).toEqual(METRICS_NAMES.toSorted())
    expect(Object.keys(EXAMPLE_VALUES.metrics).toSorted()).toEqual(METRICS_NAMES.toSorted())
  })
})

describe('alertingConfig', () => {
  const receivers = `{receivers: [
    {name: oncall, type: pagerduty, secret: key, severities: [page, critical]},
    {name: chat, type: slack, secret: key, to: "#alerts", severities: [warning]},
    {name: mail, type: email, secret: key, to: ops@acme.test, smarthost: "mail.acme.test:587", severities: [info]},
    {name: hook, type: webhook, secret: key, severities: [page]},
    {name: genie, type: opsgenie, secret: key, to: platform, severities: [critical]}]}`
  const config = alertingConfig(spec(receivers)) as {route: {receiver: string; routes: {receiver: string; matchers: string[]; continue?: boolean}[]}; receivers: Record<string, unknown>[]}

  it('leads each severity to everybody who asked for it', () => {
    expect(config.route.routes.slice(1)).toEqual([
      {receiver: 'oncall', matchers: ['severity =~ "page|critical"'], continue: true},
      {receiver: 'chat', matchers: ['severity =~ "warning"'], continue: true},
      {receiver: 'mail', matchers: ['severity =~ "info"'], continue: true},
      {receiver: 'hook', matchers: ['severity =~ "page"'], continue: true},
      {receiver: 'genie', matchers: ['severity =~ "critical"'], continue: true},
    ])
  })

  it('bothers nobody with the alerts that fire always', () => {
    expect(config.route.routes[0]).toEqual({receiver: 'null', matchers: ['alertname =~ "Watchdog|InfoInhibitor"']})
    expect(config.receivers[0]).toEqual({name: 'null'})
  })

  it('names every secret as a file', () => {
    const file = (name: string): string => `/etc/alertmanager/secrets/kp-receivers/${name}`
    expect(config.receivers.slice(1)).toEqual([
      {name: 'oncall', pagerduty_configs: [expect.objectContaining({routing_key_file: file('oncall')})]},
      {name: 'chat', slack_configs: [{send_resolved: true, api_url_file: file('chat'), channel: '#alerts'}]},
      {name: 'mail', email_configs: [{send_resolved: true, to: 'ops@acme.test', from: 'alertmanager@acme.test', smarthost: 'mail.acme.test:587', require_tls: true, auth_username: 'alertmanager@acme.test', auth_password_file: file('mail')}]},
      {name: 'hook', webhook_configs: [{send_resolved: true, url_file: file('hook')}]},
      {name: 'genie', opsgenie_configs: [{send_resolved: true, api_key_file: file('genie'), responders: [{name: 'platform', type: 'team'}]}]},
    ])
  })
})
