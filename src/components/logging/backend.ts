/** The log store of kp.yaml as agents reach it: address, what they log in with, and where they find that. Pure. */
import type {EnvironmentSpec} from '../../spec/types.ts'
import {regionOf} from '../dns-credentials.ts'
import type {Value} from '../types.ts'

/** `phases.logging.backend` */
export type LogBackend = EnvironmentSpec['phases']['logging']['backend']

/** Secret that agents and jobs read; kp makes it from references, or for OpenSearch in the cluster by itself. */
export const LOG_SECRET = 'kp-log-store'
/** Secret with the certificate of OpenSearch in the cluster. */
export const STORE_TLS = 'opensearch-tls'
/** Namespace of the whole phase. */
export const LOGGING_NAMESPACE = 'logging'
/** Service of OpenSearch in the cluster, and the user by which agents write to it. */
export const STORE_SERVICE = 'opensearch-cluster-master'
export const AGENT_USER = 'kp-agent'
/** Folder in which agents and jobs find the CA of the store. */
export const TLS_FOLDER = '/etc/kp-log-store'

/** Where kp's own OpenSearch is meant. */
export function inCluster(backend: LogBackend): backend is Extract<LogBackend, {type: 'opensearch'}> {
  return backend.type === 'opensearch' && backend.inCluster
}

/** Address of a store that has one. */
export interface StoreAddress {
  scheme: 'http' | 'https'
  host: string
  port: number
  path: string
}

/** The address that logs are sent to; undefined for CloudWatch, which has one for each region. */
export function storeAddress(backend: LogBackend): StoreAddress | undefined {
  if (backend.type === 'cloudwatch') return undefined
  if (backend.type === 'http') {
    const url = new URL(backend.url)
    const https = url.protocol === 'https:'
    return {scheme: https ? 'https' : 'http', host: url.hostname, port: url.port === '' ? (https ? 443 : 80) : Number(url.port), path: `${url.pathname}${url.search}`}
  }
  if (inCluster(backend)) return {scheme: 'https', host: `${STORE_SERVICE}.${LOGGING_NAMESPACE}.svc`, port: 9200, path: '/'}
  return {scheme: backend.tls ? 'https' : 'http', host: backend.host ?? '', port: backend.port, path: '/'}
}

/** Whether agents send by TLS. */
export function usesTls(backend: LogBackend): boolean {
  return storeAddress(backend)?.scheme !== 'http'
}

/** Keys of the Secret that agents read as variables, by the variable. */
export function loginKeys(backend: LogBackend): Record<string, string> {
  if (inCluster(backend)) return {LOG_STORE_USER: 'agent-user', LOG_STORE_PASSWORD: 'agent-password'}
  if (backend.type === 'splunk-hec' || (backend.type === 'http' && backend.token !== undefined)) return {LOG_STORE_TOKEN: 'token'}
  if ('username' in backend && backend.username !== undefined && backend.password !== undefined) return {LOG_STORE_USER: 'agent-user', LOG_STORE_PASSWORD: 'agent-password'}
  return {}
}

/** Which Secret holds the CA of the store, where agents need one. */
export function caSecret(backend: LogBackend): string | undefined {
  if (inCluster(backend)) return STORE_TLS
  return 'ca' in backend && backend.ca !== undefined && usesTls(backend) ? LOG_SECRET : undefined
}

/** File of the CA, where agents need one. */
export function caFile(backend: LogBackend): string | undefined {
  return caSecret(backend) === undefined ? undefined : `${TLS_FOLDER}/ca.crt`
}

/** The variables of a container that talks to the store. */
export function storeEnv(backend: LogBackend): Value[] {
  return Object.entries(loginKeys(backend)).map(([name, key]) => ({name, valueFrom: {secretKeyRef: {name: LOG_SECRET, key}}}))
}

/** The CA as a volume, and its mount; none where agents need none. */
export function storeVolumes(backend: LogBackend): {volumes: Value[]; mounts: Value[]} {
  const secretName = caSecret(backend)
  if (secretName === undefined) return {volumes: [], mounts: []}
  return {
    volumes: [{name: 'log-store-ca', secret: {secretName, items: [{key: 'ca.crt', path: 'ca.crt'}]}}],
    mounts: [{name: 'log-store-ca', mountPath: TLS_FOLDER, readOnly: true}],
  }
}

/** Region and group of CloudWatch; kp.yaml may leave both open. */
export function cloudWatch(spec: EnvironmentSpec): {region: string; group: string} {
  const {backend} = spec.phases.logging
  const {region, group} = backend.type === 'cloudwatch' ? backend : {}
  return {region: region ?? regionOf(spec), group: group ?? `/kp/${spec.environment.cluster}`}
}

/** How long CloudWatch can keep logs, in days. */
const KEPT_DAYS = [1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653]

/** The shortest time of CloudWatch that keeps logs for at least so many days. */
export function cloudWatchDays(days: number): number {
  return KEPT_DAYS.find((kept) => kept >= days) ?? 3653
}
