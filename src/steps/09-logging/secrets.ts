/** What the agents, the jobs and OpenSearch log in with, as one Secret: from references, or made once. */
import {createHash} from 'node:crypto'
import {AGENT_USER, inCluster, usesTls} from '../../components/logging/backend.ts'
import type {LogBackend} from '../../components/logging/backend.ts'
import {check, verdict} from '../../checks/builders.ts'
import type {ManifestContext, PlatformCheck, PlatformStep} from '../../context.ts'
import {madeSecret} from '../shared/made-secret.ts'
import {secretObject} from '../shared/secret-object.ts'
import type {SecretKey, SecretObject} from '../shared/secret-object.ts'
import {LOG_SECRET, LOGGING_NAMESPACE} from './names.ts'

/** Name and password of a user of Dashboards: its chart wants these keys. */
const DASHBOARDS_USER = 'kibanaserver'

/** The users of OpenSearch in the cluster, from the password of its administrator: none can be told from another. */
function usersFrom(password: string): Record<string, string> {
  const derived = (purpose: string): string => createHash('sha256').update(`${password}:${purpose}`).digest('base64url')
  return {
    'admin-password': password,
    username: DASHBOARDS_USER, password: derived('dashboards'), cookie: derived('cookie').slice(0, 32),
    'agent-user': AGENT_USER, 'agent-password': derived('agent'),
  }
}

/** The Secret from references, or why there is none. */
export function referencedSecret({spec}: Pick<ManifestContext, 'spec'>): SecretObject | string {
  const {backend} = spec.phases.logging
  const keys = keysOf(backend)
  if (Object.keys(keys).length > 0) return {name: LOG_SECRET, namespace: LOGGING_NAMESPACE, keys}
  return inCluster(backend) ? 'kp.yaml names no password: one is made' : `kp.yaml names no secret of ${backend.type}`
}

function keysOf(backend: LogBackend): Record<string, SecretKey> {
  if (inCluster(backend)) {
    const {password} = backend
    if (password === undefined) return {}
    return Object.fromEntries(Object.keys(usersFrom('')).map((key) => [key, {entry: password, make: (value: string) => usersFrom(value.trim())[key] ?? ''}]))
  }
  const token = 'token' in backend && backend.token !== undefined ? {token: {entry: backend.token}} : {}
  const login = 'username' in backend && backend.username !== undefined && backend.password !== undefined ? {'agent-user': {entry: backend.username}, 'agent-password': {entry: backend.password}} : {}
  const ca = 'ca' in backend && backend.ca !== undefined && usesTls(backend) ? {'ca.crt': {entry: backend.ca}} : {}
  return {...token, ...login, ...ca}
}

/** They come before all that reads them. */
export const secrets: PlatformStep[] = [
  secretObject({id: 'logging/credentials', title: 'Hand the credentials of the log store to the agents', podSecurity: 'privileged', secret: referencedSecret, verify: ['logging.credentials']}),
  madeSecret({
    id: 'logging/passwords',
    title: 'Make the passwords of OpenSearch',
    podSecurity: 'privileged',
    verify: ['logging.credentials'],
    secret(ctx) {
      const {backend} = ctx.spec.phases.logging
      if (!inCluster(backend)) return 'OpenSearch is not in the cluster'
      return backend.password === undefined ? {name: LOG_SECRET, namespace: LOGGING_NAMESPACE, make: usersFrom} : 'kp.yaml names the password'
    },
  }),
]

/** Keys that something reads. */
function wantedKeys(ctx: Pick<ManifestContext, 'spec'>): string[] {
  const secret = referencedSecret(ctx)
  if (typeof secret !== 'string') return Object.keys(secret.keys)
  return inCluster(ctx.spec.phases.logging.backend) ? Object.keys(usersFrom('')) : []
}

/** Whether the Secret has every key. */
export const credentialsCheck: PlatformCheck = check({
  id: 'logging.credentials',
  title: 'The agents have what the log store wants to know',
  pitfalls: ['KP0904'],
  appliesTo: (ctx) => (wantedKeys(ctx).length > 0 ? true : 'the log store of kp.yaml wants no password'),
  async run(ctx) {
    const secret = await (await ctx.cluster()).get('v1', 'Secret', LOG_SECRET, LOGGING_NAMESPACE)
    const name = `Secret ${LOGGING_NAMESPACE}/${LOG_SECRET}`
    if (secret === undefined) return {status: 'fail', observed: `${name} does not exist`, expected: 'kp step logging makes it'}
    const has = (secret['data'] ?? {}) as Record<string, string>
    const wanted = wantedKeys(ctx)
    return verdict(wanted.filter((key) => !has[key]).map((key) => `${name} has no ${key}`), wanted.join(', '), 'every key that the agents read')
  },
})
