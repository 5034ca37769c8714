/** A platform on EKS against the emulator, with the real terraform and the real provider. */
import {mkdirSync, mkdtempSync, rmSync, writeFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {layLaunchers} from '../../scripts/aws/provider.ts'
import {openClients} from '../../src/providers/aws/clients.ts'
import type {AwsClients} from '../../src/providers/aws/clients.ts'
import {eksText} from './eks.ts'
import {startMoto} from './moto.ts'
import type {Moto} from './moto.ts'
import {kpEnvironment, startKp} from './run-kp.ts'
import type {KpResult, RunningKp} from './run-kp.ts'
import {startProvider} from './running-provider.ts'

/** The three phases that the stacks are of. */
export const STACK_PHASES = ['--only', 'networking,control-plane,node-pools']

/** A platform repository whose cloud is the emulator. */
export interface AwsPlatform {
  root: string
  env: Record<string, string>
  /** Starts kp there. */
  start(args: string[], options?: {onLine?: (line: string) => void; detached?: boolean; env?: Record<string, string>}): RunningKp
  kp(args: string[], env?: Record<string, string>): Promise<KpResult>
  /** Writes kp.yaml anew. */
  rewrite(sections: Record<string, unknown>): void
  clients: AwsClients
}

/** The mirror of terraform's providers. KP_TEST_AWS_MIRROR names another one than kp's own. */
export async function mirrorOfTests(): Promise<string> {
  return process.env['KP_TEST_AWS_MIRROR'] ?? (await layLaunchers(process.env))
}

/** The emulator, and terraform as the platforms of a test use it. */
export interface Cloud extends Moto {
  terraform: {PATH: string}
}

/**
 * Starts the emulator, and the provider once for all platforms of a test.
 * @param options.applies whether it also applies; else terraform starts its own for that, as it does for people
 * @param options.beside starts what answers in the place of the emulator, and says the variables that lead there
 */
export async function startCloud({applies, beside}: {applies: boolean; beside?: (moto: Moto) => Promise<Record<string, string>>}): Promise<Cloud> {
  const moto = await startMoto()
  try {
    const env = {...moto.env, ...(await beside?.(moto))}
    const provider = await startProvider({mirror: await mirrorOfTests(), env, applies})
    return {...moto, env, terraform: provider.terraform, stop: () => (provider.stop(), moto.stop())}
  } catch (error) {
    await moto.stop()
    throw error
  }
}

/** Makes one. Its state folder is its own; tools come from the cache. */
export async function makeAwsPlatform(cloud: Cloud, sections: Record<string, unknown> = {}): Promise<AwsPlatform> {
  const folder = mkdtempSync(join(tmpdir(), 'kp-test-'))
  process.once('exit', () => rmSync(folder, {recursive: true, force: true}))
  const root = join(folder, 'acme')
  mkdirSync(root)
  const config = join(folder, 'terraform.rc')
  // As an air-gapped machine has it: providers from the disk alone.
  writeFileSync(config, `provider_installation {\n  filesystem_mirror {\n    path = "${await mirrorOfTests()}"\n  }\n}\n`)
  // Its own: terraform's store of providers is not made for two at a time, and test files run beside each other.
  const plugins = join(folder, 'plugins')
  mkdirSync(plugins)
  const env = kpEnvironment(join(folder, 'state'), {...cloud.env, ...cloud.terraform, TF_CLI_CONFIG_FILE: config, TF_PLUGIN_CACHE_DIR: plugins})
  const rewrite = (changed: Record<string, unknown>): void => writeFileSync(join(root, 'kp.yaml'), eksText(changed))
  rewrite(sections)
  const start: AwsPlatform['start'] = (args, options = {}) => startKp(args, {...env, ...options.env}, {cwd: root, timeoutMs: Number(process.env['KP_TEST_AWS_PATIENCE_MS'] ?? 800_000), ...(options.onLine === undefined ? {} : {onLine: options.onLine}), detached: options.detached ?? false})
  return {
    root,
    env,
    start,
    kp: (args, extra = {}) => start(args, {env: extra}).done,
    rewrite,
    clients: openClients({region: 'eu-central-1', env: cloud.env}),
  }
}

/** How `kp plan` finds each step of a phase. */
export async function stepStates(platform: AwsPlatform, phase: string): Promise<Record<string, string>> {
  const {steps} = (await platform.kp(['plan', '--only', phase, '--json'])).json<{steps: {id: string; state: string}[]}>()
  return Object.fromEntries(steps.map(({id, state}) => [id, state]))
}
