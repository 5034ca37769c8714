/** Where the states of the stacks are, as terraform's own text. */
import type {EnvironmentSpec} from '../../spec/types.ts'

/** Where states are, seen from the folder of a stack. */
export interface StatePlace {
  /** Path of a state on this machine. */
  local(stack: string): string
  /** An emulator is asked for buckets by path. */
  pathStyle?: boolean
}

/** The bucket of the states: `infra.backend.bucket`, else named after platform and account. Undefined where the account is not known. */
export function stateBucket({infra, provider, platform}: Pick<EnvironmentSpec, 'infra' | 'provider' | 'platform'>): string | undefined {
  if (infra.backend.bucket !== undefined) return infra.backend.bucket
  const account = 'account' in provider ? provider.account : undefined
  return account === undefined ? undefined : `${platform}-${account}-state`
}

/** The table of the locks; undefined where a file in the bucket is the lock. */
export function lockTable({infra, platform}: Pick<EnvironmentSpec, 'infra' | 'platform'>): string | undefined {
  const {type, lock, table} = infra.backend
  return type === 's3' && lock === 'dynamodb' ? (table ?? `${platform}-state-lock`) : undefined
}

/** The region of that bucket, and of the table. */
export function stateRegion({infra, provider}: Pick<EnvironmentSpec, 'infra' | 'provider'>): string {
  return infra.backend.region ?? ('region' in provider ? provider.region : '')
}

/** The key of a state in the bucket. */
export function stateKey({infra, platform, environment}: Pick<EnvironmentSpec, 'infra' | 'platform' | 'environment'>, stack: string): string {
  return `${infra.backend.prefix ?? platform}/${environment.name}/${stack}/terraform.tfstate`
}

/** The text of `state.tf`: the backend of a stack, and the states that it reads outputs of. */
export function stateText({spec, stack, upstream, place}: {spec: EnvironmentSpec; stack: string; upstream: readonly string[]; place: StatePlace}): string {
  const {type} = spec.infra.backend
  const blocks = [
    `terraform {\n  backend "${type}" {\n${settings(backendSettings(spec, stack, place), 4)}\n  }\n}`,
    ...upstream.map((name) => `data "terraform_remote_state" "${name.replaceAll('-', '_')}" {\n  backend = "${type}"\n\n  config = {\n${settings(readSettings(spec, name, place), 4)}\n  }\n}`),
  ]
  return `# Rendered by kp from kp.yaml: one state for each environment and stack.\n\n${blocks.join('\n\n')}\n`
}

type Settings = Record<string, string | boolean>

function backendSettings(spec: EnvironmentSpec, stack: string, place: StatePlace): Settings {
  const {backend} = spec.infra
  const read = readSettings(spec, stack, place)
  if (backend.type === 'local') return read
  const table = lockTable(spec)
  return {...read, ...(table === undefined ? {use_lockfile: true} : {dynamodb_table: table})}
}

function readSettings(spec: EnvironmentSpec, stack: string, place: StatePlace): Settings {
  if (spec.infra.backend.type === 'local') return {path: place.local(stack)}
  const {provider} = spec
  const {profile} = 'profile' in provider ? provider : {profile: undefined}
  return {
    bucket: stateBucket(spec) ?? '',
    key: stateKey(spec, stack),
    region: stateRegion(spec),
    encrypt: true,
    ...(profile === undefined ? {} : {profile}),
    ...(place.pathStyle === true ? {use_path_style: true, skip_metadata_api_check: true} : {}),
  }
}

/** Arguments as `terraform fmt` lays them out: the equals signs in one column. */
function settings(values: Settings, indent: number): string {
  const width = Math.max(...Object.keys(values).map((name) => name.length))
  return Object.entries(values).map(([name, value]) => `${' '.repeat(indent)}${name.padEnd(width)} = ${typeof value === 'string' ? quote(value) : String(value)}`).join('\n')
}

/** A text as HCL writes it. */
function quote(text: string): string {
  return JSON.stringify(text).replaceAll('${', '$${').replaceAll('%{', '%%{')
}
