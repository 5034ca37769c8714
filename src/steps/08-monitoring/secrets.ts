/** Secrets that Alertmanager, Prometheus and Grafana read; the chart's values only name them. */
import {METRICS_SECRETS, remoteWriteKey} from '../../components/metrics-values.ts'
import {check, verdict} from '../../checks/builders.ts'
import type {ManifestContext, PlatformCheck, PlatformStep} from '../../context.ts'
import {secretObject} from '../shared/secret-object.ts'
import type {SecretKey, SecretObject} from '../shared/secret-object.ts'
import {GRAFANA_USER, MONITORING_NAMESPACE} from './names.ts'

type Wanted = (ctx: Pick<ManifestContext, 'spec'>) => SecretObject | string

function wanted(name: string, keys: Record<string, SecretKey>, none: string): SecretObject | string {
  return Object.keys(keys).length === 0 ? none : {name, namespace: MONITORING_NAMESPACE, keys}
}

/** A key for each receiver that has a secret, by the receiver's name: Alertmanager finds it as a file of that name. */
const receivers: Wanted = ({spec}) => {
  const keys = spec.phases.monitoring.receivers.flatMap(({name, secret}) => (secret === undefined ? [] : [[name, {entry: secret}] as const]))
  return wanted(METRICS_SECRETS.receivers, Object.fromEntries(keys), 'no receiver has a secret')
}

/** User name and password of each long-term store. */
const remoteWrite: Wanted = ({spec}) => {
  const keys = spec.phases.monitoring.remoteWrite.flatMap(({username, password}, index) =>
    username === undefined || password === undefined ? [] : [[remoteWriteKey(index, 'username'), {entry: username}] as const, [remoteWriteKey(index, 'password'), {entry: password}] as const],
  )
  return wanted(METRICS_SECRETS.remoteWrite, Object.fromEntries(keys), 'no long-term store wants a password')
}

/** The first user of Grafana. */
const grafana: Wanted = ({spec}) => {
  const {enabled, adminPassword} = spec.phases.monitoring.grafana
  if (!enabled) return 'phases.monitoring.grafana.enabled is false'
  const keys = adminPassword === undefined ? {} : {'admin-user': {entry: adminPassword, make: () => GRAFANA_USER}, 'admin-password': {entry: adminPassword}}
  return wanted(METRICS_SECRETS.grafana, keys, 'the password of Grafana is made in the cluster')
}

const ALL: Wanted[] = [receivers, remoteWrite, grafana]
/** They come before the release, whose pods wait for them. */
export const secrets: PlatformStep[] = [
  secretObject({id: 'monitoring/receivers', title: 'Hand the secrets of the receivers to Alertmanager', secret: receivers}),
  secretObject({id: 'monitoring/remote-write', title: 'Hand the passwords of the long-term stores to Prometheus', secret: remoteWrite}),
  secretObject({id: 'monitoring/grafana-password', title: 'Hand the password of its first user to Grafana', secret: grafana}),
]

const wantedOf = (ctx: Pick<ManifestContext, 'spec'>): SecretObject[] => ALL.map((one) => one(ctx)).filter((one) => typeof one !== 'string')

/** Whether each has every key that something reads. */
export const secretsCheck: PlatformCheck = check({
  id: 'monitoring.secrets',
  title: 'Alertmanager, Prometheus and Grafana have their secrets',
  pitfalls: ['KP0813'],
  appliesTo: (ctx) => (wantedOf(ctx).length > 0 ? true : 'kp.yaml gives them none'),
  async run(ctx) {
    const cluster = await ctx.cluster()
    const looks = await Promise.all(
      wantedOf(ctx).map(async ({name, namespace, keys}) => {
        const secret = await cluster.get('v1', 'Secret', name, namespace)
        if (secret === undefined) return {name, complaints: [`Secret ${namespace}/${name} does not exist`]}
        const has = (secret['data'] ?? {}) as Record<string, string>
        return {name, complaints: Object.keys(keys).flatMap((key) => (has[key] ? [] : [`Secret ${namespace}/${name} has no ${key}`]))}
      }),
    )
    return verdict(looks.flatMap(({complaints}) => complaints), looks.map(({name}) => name).join(', '), 'every key that kp.yaml names in secrets')
  },
})
