/** Secrets of phase 8, and the way to Grafana. */
import {describe, expect, it} from 'vitest'
import {readOnlyPlatform} from '../../../scripts/docs/platform.ts'
import type {ReadOnlyContext} from '../../../scripts/docs/platform.ts'
import type {PlatformContext, PlatformStep} from '../../../src/context.ts'
import {platformValues} from '../../../src/components/platform-values.ts'
import {valueAt} from '../../../src/components/values.ts'
import {monitoring} from '../../../src/steps/08-monitoring/phase.ts'
import {grafanaHints, grafanaRoute} from '../../../src/steps/08-monitoring/grafana.ts'
import {secrets, secretsCheck} from '../../../src/steps/08-monitoring/secrets.ts'
import type {Difference} from '../../../src/engine/types.ts'
import type {KubeObject} from '../../../src/tools/kube-api.ts'
import {PROJECT} from '../../helpers/run-kp.ts'

const SECRETS = {slack: 'env:SLACK', pager: 'env:PAGER', user: 'env:W_USER', password: 'env:W_PASSWORD', grafana: 'env:GRAFANA'}
const ALL = {
  receivers: [{name: 'chat', type: 'slack', severities: ['warning'], secret: 'slack', to: '#ops'}, {name: 'oncall', type: 'pagerduty', severities: ['page', 'critical'], secret: 'pager'}, {name: 'mail', type: 'email', severities: ['info'], to: 'ops@acme.test', smarthost: 'mail.acme.test:587'}],
  remoteWrite: [{url: 'https://open.example.com/write'}, {url: 'https://metrics.example.com/write', username: 'user', password: 'password'}],
  grafana: {host: 'grafana.acme.test', adminPassword: 'grafana'},
}
const platform = (settings: object, more: object = {}): Promise<ReadOnlyContext> => readOnlyPlatform(PROJECT, {secrets: SECRETS, phases: {monitoring: settings, ...more}})

/** The context with a cluster that holds these objects, and these values behind the references. */
function withCluster(ctx: ReadOnlyContext, objects: KubeObject[], read: (name: string) => {value: string} | {reason: string}): PlatformContext {
  const get = (_: string, kind: string, name: string, namespace?: string): Promise<KubeObject | undefined> => Promise.resolve(objects.find((one) => one.kind === kind && one.metadata.name === name && one.metadata.namespace === namespace))
  return {...ctx, presence: () => Promise.resolve({state: 'running'}), cluster: () => Promise.resolve({get, metadata: () => Promise.resolve(new Map()), list: () => Promise.resolve([]), listKnown: () => Promise.resolve([])}), secret: (name: string) => Promise.resolve(read(name))} as unknown as PlatformContext
}

const wanted = (ctx: ReadOnlyContext, step: PlatformStep): unknown => step.appliesTo?.(ctx as unknown as PlatformContext)

describe('Secrets of monitoring', () => {
  it('are made before the release that names them, and only those that kp.yaml fills', async () => {
    const [all, none] = await Promise.all([platform(ALL), platform({})])
    expect(secrets.map((step) => wanted(all, step))).toEqual([true, true, true])
    expect(secrets.map((step) => wanted(none, step))).toEqual(['no receiver has a secret', 'no long-term store wants a password', 'the password of Grafana is made in the cluster'])
    const ids = monitoring.steps(all).map(({id}) => id)
    for (const {id} of secrets) expect(ids.indexOf(id)).toBeLessThan(ids.indexOf('monitoring/release'))
  })

  it('have every key that the values of the chart read', async () => {
    const ctx = await platform(ALL)
    const {values, yaml} = platformValues(ctx, 'kube-prometheus-stack')
    expect(valueAt(values, 'alertmanager.alertmanagerSpec.secrets')).toEqual(['kp-receivers'])
    const read = [...yaml.matchAll(/\/etc\/alertmanager\/secrets\/kp-receivers\/([\w-]+)/g)].map(([, key]) => key)
    const lists = valueAt(values, 'prometheus.prometheusSpec.remoteWrite') as {basicAuth?: Record<string, {name: string; key: string}>}[]
    const logins = lists.flatMap(({basicAuth = {}}) => Object.values(basicAuth).map(({name, key}) => `${name} ${key}`))
    expect({read, logins, grafana: valueAt(values, 'grafana.admin.existingSecret')}).toEqual({read: ['chat', 'oncall'], logins: ['kp-remote-write 2.username', 'kp-remote-write 2.password'], grafana: 'kp-grafana'})
    const lacking = await secretsCheck.run(withCluster(ctx, ['kp-receivers', 'kp-remote-write', 'kp-grafana'].map((name) => ({apiVersion: 'v1', kind: 'Secret', metadata: {name, namespace: 'monitoring'}, data: {}})), () => ({reason: ''})))
    expect(lacking.evidence?.join() ?? lacking.observed).toContain('kp-receivers has no chat')
    const text = JSON.stringify(lacking)
    for (const key of ['chat', 'oncall', '2.username', '2.password', 'admin-user', 'admin-password']) expect(text, key).toContain(`has no ${key}`)
  })

  it('are not made of what cannot be read here', async () => {
    const ctx = withCluster(await platform(ALL), [], (name) => ({reason: `the variable ${name} is not set`}))
    for (const step of secrets) await expect(step.probe(ctx)).rejects.toThrow(/^the secret \w+ cannot be read/)
  })

  it('are checked: missing ones fail', async () => {
    const ctx = withCluster(await platform({grafana: {adminPassword: 'grafana'}}), [], () => ({value: 'x'}))
    expect(await secretsCheck.run(ctx)).toMatchObject({status: 'fail', observed: 'Secret monitoring/kp-grafana does not exist'})
    const kept: KubeObject = {apiVersion: 'v1', kind: 'Secret', metadata: {name: 'kp-grafana', namespace: 'monitoring'}, data: {'admin-user': 'YWRtaW4=', 'admin-password': 'eA=='}}
    expect(await secretsCheck.run(withCluster(ctx as unknown as ReadOnlyContext, [kept], () => ({value: 'x'})))).toMatchObject({status: 'pass'})
    expect(secretsCheck.appliesTo?.(await platform({}) as unknown as PlatformContext)).toBe('kp.yaml gives them none')
  })

  it('tell no value when they are compared', async () => {
    const ctx = withCluster(await platform({grafana: {adminPassword: 'grafana'}}), [], () => ({value: 'hunter2-hunter2'}))
    const probe = await secrets.at(-1)?.probe(ctx)
    expect(probe?.state).toBe('absent')
    expect(JSON.stringify([probe?.observed, probe?.differences satisfies Difference[] | undefined])).not.toMatch(/hunter2|aHVudGVy/)
  })
})

describe('the way to Grafana', () => {
  const objects = (ctx: ReadOnlyContext): KubeObject[] => (wanted(ctx, grafanaRoute) === true ? (grafanaRoute.manifests?.(ctx) ?? []) : [])

  it.each([
    ['envoy-gateway', ['HTTPRoute grafana', 'HTTPRoute grafana-redirect']],
    ['ingress-nginx', ['Certificate grafana-tls', 'Ingress grafana']],
  ])('leads through %s after the ingress phase', async (controller, names) => {
    const ctx = await platform(ALL, {ingress: {controller}})
    expect(objects(ctx).map(({kind, metadata}) => `${kind} ${metadata.name}`)).toEqual(names)
    expect(monitoring.dependsOn(ctx)).toContain('ingress')
    const policies = monitoring.steps(ctx).find(({id}) => id === 'monitoring/network-policies')?.manifests?.(ctx) ?? []
    expect(policies.find(({metadata}) => metadata.name === 'allow-grafana')?.['spec']).toMatchObject({podSelector: {matchLabels: {'app.kubernetes.io/name': 'grafana'}}, ingress: [{ports: [{port: 3000}]}]})
  })

  it('is only by hand without a host', async () => {
    const ctx = await platform({grafana: {}})
    expect(objects(ctx)).toEqual([])
    expect(wanted(ctx, grafanaRoute)).toBe('phases.monitoring.grafana.host is not set')
    expect(monitoring.dependsOn(ctx)).not.toContain('ingress')
  })

  it('is told at the end of a run, but not in a lab', async () => {
    const ctx = await platform(ALL)
    const real = {...ctx, provider: {...ctx.provider, simulated: false}} as unknown as PlatformContext
    expect((await grafanaHints(real)).join('\n')).toMatch(/https:\/\/grafana\.acme\.test\/[\s\S]*get secret kp-grafana/)
    expect(await grafanaHints(ctx as unknown as PlatformContext)).toEqual([])
    const bare = await platform({})
    expect((await grafanaHints({...bare, provider: {...bare.provider, simulated: false}} as unknown as PlatformContext)).join('\n')).toMatch(/port-forward[\s\S]*get secret kube-prometheus-stack-grafana/)
  })
})
