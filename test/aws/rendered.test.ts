/** The stacks of several platforms, as they are rendered: formatted as terraform formats, and valid for terraform and the provider. */
import {execFile} from 'node:child_process'
import {cpSync, mkdirSync, mkdtempSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {promisify} from 'node:util'
import {afterAll, beforeAll, describe, expect, it} from 'vitest'
import {STACK_IDS} from '../../src/components/terraform/ids.ts'
import {stackFiles} from '../../src/components/terraform/stacks.ts'
import type {EnvironmentSpec} from '../../src/spec/types.ts'
import {mirrorOfTests} from '../helpers/aws.ts'
import {eksSpec} from '../helpers/eks.ts'
import {PROJECT} from '../helpers/run-kp.ts'
import {startProvider} from '../helpers/running-provider.ts'
import type {RunningProvider} from '../helpers/running-provider.ts'
import {keptFolder} from '../helpers/temp.ts'

const ZONES = ['eu-central-1a', 'eu-central-1b', 'eu-central-1c']
const eks = (more: object) => ({type: 'eks', region: 'eu-central-1', account: '123456789012', ...more})
const platforms: [string, EnvironmentSpec][] = [
  ['as kp init makes it', eksSpec()],
  ['IRSA, Karpenter, every role, states in a bucket', eksSpec({
    provider: eks({identity: 'irsa', tags: {team: 'a "quoted" ${name}'}, admins: ['arn:aws:iam::123456789012:role/admin']}),
    infra: {backend: {type: 's3'}},
    phases: {autoscaling: {nodes: 'karpenter'}, cni: {enabled: false}, 'cert-manager': {issuer: 'dns01'}, ingress: {controller: 'aws-load-balancer-controller', externalDns: {enabled: true, route53: {role: 'arn:aws:iam::210987654321:role/dns'}}}, backup: {enabled: true}, secrets: {store: 'aws-secrets-manager'}},
  })],
  ['without NAT, without logs, a key of its own, extended support', eksSpec({
    provider: eks({kmsKey: 'arn:aws:kms:eu-central-1:123456789012:key/0d0bb9fa-9a31-4a42-8e3a-7dbd9c1a1f6e', support: 'extended', bastion: 'none'}),
    network: {nat: 'none', endpoint: 'both', allowedCidrs: ['192.0.2.0/24']},
    phases: {networking: {flowLogs: false}, 'control-plane': {logs: []}},
  })],
]
const kept = keptFolder()
let env: NodeJS.ProcessEnv
let provider: RunningProvider

beforeAll(async () => {
  const config = join(kept, 'terraform.rc')
  const mirror = await mirrorOfTests()
  writeFileSync(config, `provider_installation {\n  filesystem_mirror {\n    path = "${mirror}"\n  }\n}\n`)
  mkdirSync(join(kept, 'plugins'))
  provider = await startProvider({mirror, env: {}, applies: false})
  env = {...process.env, ...provider.terraform, TF_CLI_CONFIG_FILE: config, TF_PLUGIN_CACHE_DIR: join(kept, 'plugins'), TF_IN_AUTOMATION: '1'}
})
afterAll(() => provider?.stop())

async function terraform(cwd: string, args: string[]): Promise<string> {
  try {
    return (await promisify(execFile)('terraform', args, {cwd, env})).stdout
  } catch (error) {
    const {stdout = '', stderr = ''} = error as {stdout?: string; stderr?: string}
    throw new Error(`terraform ${args.join(' ')}: ${stdout}${stderr}`, {cause: error})
  }
}

/** Folders that were looked at, by their files: platforms share stacks. */
const seen = new Map<string, string>()
/** One that terraform is ready in, without a backend: the providers of all stacks are the same. */
let ready: string | undefined

describe.each(platforms)('%s', (_what, spec) => {
  it.each(STACK_IDS)('%s is formatted and valid', async (stack) => {
    const files = stackFiles({home: PROJECT, spec, zones: ZONES, stack, place: {local: (other) => `../${other}.tfstate`}})
    const key = JSON.stringify(files)
    if (seen.has(key)) return
    const folder = mkdtempSync(join(kept, `${stack}-`))
    seen.set(key, folder)
    for (const {name, text} of files) writeFileSync(join(folder, name), text)
    expect(await terraform(folder, ['fmt', '-check', '-diff'])).toBe('')
    if (ready === undefined) await terraform(folder, ['init', '-backend=false', '-input=false', '-no-color'])
    else for (const name of ['.terraform', '.terraform.lock.hcl']) cpSync(join(ready, name), join(folder, name), {recursive: true, verbatimSymlinks: true})
    ready ??= folder
    expect(JSON.parse(await terraform(folder, ['validate', '-json']))).toMatchObject({valid: true, error_count: 0, warning_count: 0})
  })
})
