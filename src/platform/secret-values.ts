/** Reads the values behind the secret references of kp.yaml, each when it is needed. */
import {asKpError} from '../engine/errors.ts'
import type {Exec} from '../engine/types.ts'
import {readSecretFile} from './secrets.ts'

/** The value of a secret, or why it cannot be read here. The reason names the place, never the value. */
export type SecretValue = {value: string} | {reason: string}

/** What a reader needs. */
export interface SecretReaderOptions {
  /** `secrets` of kp.yaml. */
  references: Record<string, string>
  env: Record<string, string | undefined>
  /** The platform repository, from which relative paths count. */
  root: string
  exec: Exec
  /** Is told every value before anybody else, so that it can be taken out of every output. */
  learn(value: string): void
}

/** A reader by the name of the entry; each entry is asked for once. */
export function secretReader(options: SecretReaderOptions): (name: string) => Promise<SecretValue> {
  const asked = new Map<string, Promise<SecretValue>>()
  return (name) => {
    const known = asked.get(name)
    if (known !== undefined) return known
    const answer = read(name, options).then((result) => {
      if ('value' in result) options.learn(result.value)
      return result
    })
    asked.set(name, answer)
    return answer
  }
}

async function read(name: string, options: SecretReaderOptions): Promise<SecretValue> {
  const reference = options.references[name]
  if (reference === undefined) return {reason: `secrets has no entry ${name}`}
  const [store = '', ...rest] = reference.split(':')
  const place = rest.join(':')
  switch (store) {
    case 'env':
      return orReason(options.env[place], `the variable ${place} is not set`)
    case 'file':
      return orReason(readSecretFile(place, options.root), `the file ${place} cannot be read`)
    case 'aws-sm':
      return fromAws(place, options)
    case 'vault':
      return fromVault(place, options)
    default:
      return {reason: `the reference of ${name} is of no known kind`}
  }
}

/** `id` is the whole text of a secret, `id#key` one key of a JSON object. */
async function fromAws(place: string, {exec, env}: SecretReaderOptions): Promise<SecretValue> {
  const [id = '', key] = place.split('#')
  const found = await ask(exec, env, 'aws', ['secretsmanager', 'get-secret-value', '--secret-id', id, '--query', 'SecretString', '--output', 'text'])
  if ('reason' in found || key === undefined) return found
  try {
    const value = (JSON.parse(found.value) as Record<string, unknown>)[key]
    return orReason(typeof value === 'string' ? value : undefined, `the secret ${id} has no text under ${key}`)
  } catch {
    return {reason: `the secret ${id} is no JSON object, so it has no key ${key}`}
  }
}

async function fromVault(place: string, {exec, env}: SecretReaderOptions): Promise<SecretValue> {
  const [path = '', key = ''] = place.split('#')
  return ask(exec, env, 'vault', ['kv', 'get', `-field=${key}`, path])
}

async function ask(exec: Exec, env: SecretReaderOptions['env'], tool: string, args: string[]): Promise<SecretValue> {
  try {
    const {stdout} = await exec.run({tool, args, mutates: false, doing: `read a secret from ${tool === 'aws' ? 'AWS Secrets Manager' : 'Vault'}`, timeoutMs: 30_000, env: withoutPager(env)})
    return orReason(stdout.trim(), `${tool} gave nothing`)
  } catch (error) {
    return {reason: asKpError(error).message}
  }
}

function withoutPager(env: SecretReaderOptions['env']): Record<string, string> {
  return env['AWS_PAGER'] === undefined ? {AWS_PAGER: ''} : {}
}

function orReason(value: string | undefined, reason: string): SecretValue {
  return value === undefined || value === '' ? {reason} : {value}
}
