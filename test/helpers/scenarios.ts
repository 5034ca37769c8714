/** Plays scenarios of the lab as a person would: start, diagnose, the printed fix as printed, verify, stop. */
import {execFile} from 'node:child_process'
import {mkdirSync, writeFileSync} from 'node:fs'
import {dirname, join} from 'node:path'
import {expect} from 'vitest'
import {scenarioNames, readScenario} from '../../src/operations/scenarios/load.ts'
import type {Scenario} from '../../src/operations/scenarios/load.ts'
import type {DiagnoseResult, VerifyResult} from '../../src/ui/results.ts'
import type {TestPlatform} from './platform.ts'
import {KP_BIN, kpEnvironment, NODE, PROJECT} from './run-kp.ts'

/** All scenarios. */
export const SCENARIOS: Scenario[] = scenarioNames(PROJECT).map((name) => readScenario(PROJECT, name))

/** What a play looks at besides. */
export interface PlayOptions {
  /** Other names for what the scenario makes. */
  set?: Record<string, string>
  /** Takes kp's labels from everything before the diagnosis. */
  strip?: boolean
  /** Codes that may come before its own: those of another scenario that runs too. */
  beside?: string[]
}

/** How a play went, for the report of a failure. */
export interface Played {
  name: string
  code: string
  seconds: number
  commands: string[]
}

/** Plays one scenario to its end. Throws (by expect) where something does not hold. */
export async function play(platform: TestPlatform, scenario: Scenario, options: PlayOptions = {}): Promise<Played> {
  const started = Date.now()
  const set = Object.entries(options.set ?? {}).filter(([key]) => key in scenario.parameters).flatMap(([key, value]) => ['--set', `${key}=${value}`])
  try {
    await platform.kpOk(['lab', 'scenario', 'start', scenario.name, '--yes', ...set])
    if (options.strip === true) await stripLabels(platform)
    const finding = await firstFinding(platform, scenario, options.beside ?? [])
    if (scenario.resolve.length > 0) await platform.kpOk(['lab', 'scenario', 'resolve', scenario.name, '--yes'])
    const commands = await runFix(platform, finding)
    await expectHealthy(platform, scenario, commands)
    return {name: scenario.name, code: finding.code, seconds: Math.round((Date.now() - started) / 1000), commands}
  } finally {
    await platform.kp(['lab', 'scenario', 'stop', scenario.name, '--yes'])
  }
}

/** Waits until the diagnosis names the scenario's pitfall before all others. */
export async function firstFinding(platform: TestPlatform, scenario: Scenario, beside: string[]): Promise<DiagnoseResult['findings'][number]> {
  const until = Date.now() + (scenario.shows + 25) * 1000
  for (;;) {
    const {findings} = (await platform.kp(['diagnose', '--json', '--wait', '0'])).json<DiagnoseResult>()
    const others = findings.filter(({code}) => !beside.includes(code))
    if (others[0]?.code === scenario.pitfall) return others[0]
    if (Date.now() > until) {
      expect(others.map(({code, object, evidence}) => `${code} ${object}: ${evidence[0] ?? ''}`), `${scenario.name}: ${scenario.pitfall} comes first`).toEqual([scenario.pitfall])
    }
    await new Promise((resolve) => setTimeout(resolve, 1500))
  }
}

/** Runs every command of a fix in a shell, as printed, as one would with kubectl, helm and kp at hand. */
export async function runFix(platform: TestPlatform, finding: DiagnoseResult['findings'][number]): Promise<string[]> {
  const commands = finding.fix.flatMap(({command}) => command ?? [])
  expect(commands.filter((command) => /<[a-z][a-z-]*>/.test(command)), `${finding.code}: names that are not filled in`).toEqual([])
  const bin = join(platform.stateDir, 'test-bin')
  mkdirSync(bin, {recursive: true})
  writeFileSync(join(bin, 'kp'), `#!/bin/sh\nexec "${NODE}" "${KP_BIN}" "$@"\n`, {mode: 0o755})
  const env = kpEnvironment(platform.stateDir, {KUBECONFIG: platform.lab.adminKubeconfig})
  env['PATH'] = [bin, platform.lab.bin, dirname(NODE), env['PATH']].join(':')
  const outputs: string[] = []
  for (const command of commands) outputs.push(`$ ${command}\n${await shell(command, env, platform.root)}`)
  return outputs
}

async function expectHealthy(platform: TestPlatform, scenario: Scenario, commands: string[]): Promise<void> {
  const until = Date.now() + 45_000
  for (;;) {
    const value = (await platform.kp(['verify', '--json', '--wait', '10'])).json<VerifyResult>()
    const failed = value.checks.filter(({status}) => status === 'fail').map(({id, observed}) => `${id}: ${observed}`)
    const {findings} = (await platform.kp(['diagnose', '--json', '--wait', '0'])).json<DiagnoseResult>()
    const left = findings.filter(({code}) => code === scenario.pitfall).map(({code, object}) => `${code} ${object}`)
    if (failed.length + left.length === 0) return
    if (Date.now() > until) expect([...failed, ...left], `${scenario.name}: after\n${commands.join('\n').slice(0, 3000)}`).toEqual([])
    await new Promise((resolve) => setTimeout(resolve, 1500))
  }
}

/** Nothing of any scenario is left: the diagnosis is silent, none is started. */
export async function expectNothingLeft(platform: TestPlatform): Promise<void> {
  const list = (await platform.kpOk(['lab', 'scenario', 'list', '--json'])).json<{scenarios: {name: string; started: boolean}[]}>()
  expect(list.scenarios.filter(({started}) => started).map(({name}) => name)).toEqual([])
  const until = Date.now() + 30_000
  for (;;) {
    const {findings} = (await platform.kp(['diagnose', '--json', '--wait', '5'])).json<DiagnoseResult>()
    if (findings.length === 0) return
    if (Date.now() > until) expect(findings.map(({code, object}) => `${code} ${object}`)).toEqual([])
    await new Promise((resolve) => setTimeout(resolve, 1500))
  }
}

const OWN = ['kp.dev/platform', 'kp.dev/component', 'app.kubernetes.io/managed-by']

/** Takes kp's labels from workloads, Services, policies and namespaces. */
async function stripLabels(platform: TestPlatform): Promise<void> {
  for (const kinds of ['deployments,daemonsets,statefulsets,services,networkpolicies', 'namespaces,storageclasses']) {
    await platform.kubectl(['label', kinds, ...(kinds.startsWith('d') ? ['-A'] : []), '--all', ...OWN.map((label) => `${label}-`)])
  }
}

function shell(command: string, env: Record<string, string>, cwd: string): Promise<string> {
  return new Promise((resolve) => {
    const child = execFile('/bin/sh', ['-c', command], {env, cwd, timeout: 120_000, maxBuffer: 64 << 20}, (error, stdout, stderr) => resolve(`${stdout.slice(-600)}${stderr.slice(-600)}${error === null ? '' : `(${error.message.split('\n')[0]})`}`))
    child.stdin?.end()
  })
}
