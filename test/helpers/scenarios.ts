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

/** A scenario, under other names where some are given. */
export interface Part {
  scenario: Scenario
  set?: Record<string, string>
}

/** What a play does besides. */
export interface PlayOptions {
  /** Takes kp's labels from everything before the diagnosis. */
  strip?: boolean
}

/** How a play went, for the report of a failure. */
export interface Played {
  codes: string[]
  seconds: number
  commands: string[]
}

/** Names that no default has. */
export const OTHER_NAMES = [{namespace: 'orders-7', name: 'checkout-api'}, {namespace: 'team-b', name: 'ledger'}, {namespace: 'north', name: 'search'}, {namespace: 'mail', name: 'out-2'}, {namespace: 'stock-eu', name: 'stock'}]

/** Plays one scenario, or several at once, to the end. Throws (by expect) where something does not hold. */
export async function play(platform: TestPlatform, parts: Part[], options: PlayOptions = {}): Promise<Played> {
  const began = Date.now()
  const started: Scenario[] = []
  try {
    // Each by a kp of its own, and all of them at once.
    const starts = await Promise.allSettled(
      parts.map(async ({scenario, set = {}}) => {
        const names = Object.entries(set).filter(([key]) => key in scenario.parameters).flatMap(([key, value]) => ['--set', `${key}=${value}`])
        await platform.kpOk(['lab', 'scenario', 'start', scenario.name, '--yes', ...names])
        started.push(scenario)
      }),
    )
    for (const start of starts) if (start.status === 'rejected') throw start.reason
    if (options.strip === true) await stripLabels(platform)
    const findings = await firstFindings(platform, started)
    for (const {name, resolve} of started) if (resolve.length > 0) await platform.kpOk(['lab', 'scenario', 'resolve', name, '--yes'])
    const commands: string[] = []
    for (const finding of findings) commands.push(...(await runFix(platform, finding)))
    await expectHealthy(platform, started, commands)
    return {codes: findings.map(({code}) => code), seconds: Math.round((Date.now() - began) / 1000), commands}
  } finally {
    await Promise.all(started.map(({name}) => platform.kp(['lab', 'scenario', 'stop', name, '--yes'])))
  }
}

type Finding = DiagnoseResult['findings'][number]

/** Waits until the diagnosis names the pitfalls of the scenarios, and them first. @returns the finding of each, as they came */
export async function firstFindings(platform: TestPlatform, scenarios: Scenario[]): Promise<Finding[]> {
  const wanted = scenarios.map(({pitfall}) => pitfall).toSorted()
  const until = Date.now() + (Math.max(...scenarios.map(({shows}) => shows)) + 30 + 10 * scenarios.length) * 1000
  for (;;) {
    const {findings} = (await platform.kp(['diagnose', '--json', '--wait', '0'])).json<DiagnoseResult>()
    const first = findings.filter(({code}, index) => findings.findIndex((one) => one.code === code) === index).slice(0, wanted.length)
    if (JSON.stringify(first.map(({code}) => code).toSorted()) === JSON.stringify(wanted)) return first
    if (Date.now() > until) {
      expect(findings.map(({code, object, evidence}) => `${code} ${object}: ${evidence[0] ?? ''}`), `${titleOf(scenarios)}: ${wanted.join(' and ')} come first`).toEqual(wanted)
    }
    await new Promise((resolve) => setTimeout(resolve, 1000))
  }
}

function titleOf(scenarios: Scenario[]): string {
  return scenarios.map(({name}) => name).join(' and ')
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
  const failed: string[] = []
  for (const command of commands) {
    const {said, code} = await shell(command, env, platform.root)
    outputs.push(`$ ${command}\n${said}`)
    // What looks for lines may find none.
    if (code !== 0 && !/\| grep /.test(command)) failed.push(`${command}: ${said}`)
  }
  expect(failed, `${finding.code}: commands of the fix that fail`).toEqual([])
  return outputs
}

async function expectHealthy(platform: TestPlatform, scenarios: Scenario[], commands: string[]): Promise<void> {
  const pitfalls = scenarios.map(({pitfall}) => pitfall)
  const until = Date.now() + 60_000
  for (;;) {
    const value = (await platform.kp(['verify', '--json', '--wait', '10'])).json<VerifyResult>()
    const failed = value.checks.filter(({status}) => status === 'fail').map(({id, observed}) => `${id}: ${observed}`)
    const {findings} = (await platform.kp(['diagnose', '--json', '--wait', '0'])).json<DiagnoseResult>()
    const left = findings.filter(({code}) => pitfalls.includes(code)).map(({code, object}) => `${code} ${object}`)
    if (failed.length + left.length === 0) return
    if (Date.now() > until) expect([...failed, ...left], `${titleOf(scenarios)}: after\n${commands.join('\n').slice(0, 3000)}`).toEqual([])
    await new Promise((resolve) => setTimeout(resolve, 1500))
  }
}

/** Nothing is left of what was: the diagnosis is silent. */
export async function expectSilence(platform: TestPlatform): Promise<void> {
  const until = Date.now() + 30_000
  for (;;) {
    const {findings} = (await platform.kp(['diagnose', '--json', '--wait', '5'])).json<DiagnoseResult>()
    if (findings.length === 0) return
    if (Date.now() > until) expect(findings.map(({code, object, evidence}) => `${code} ${object}: ${evidence[0] ?? ''}`)).toEqual([])
    await new Promise((resolve) => setTimeout(resolve, 1500))
  }
}

/** No scenario is started, and nothing of any is left. */
export async function expectNothingLeft(platform: TestPlatform): Promise<void> {
  const list = (await platform.kpOk(['lab', 'scenario', 'list', '--json'])).json<{scenarios: {name: string; started: boolean}[]}>()
  expect(list.scenarios.filter(({started}) => started).map(({name}) => name)).toEqual([])
  await expectSilence(platform)
}

const OWN = ['kp.dev/platform', 'kp.dev/component', 'app.kubernetes.io/managed-by']

/** Takes kp's labels from workloads, Services, policies, namespaces and classes. */
async function stripLabels(platform: TestPlatform): Promise<void> {
  const labels = OWN.map((label) => `${label}-`)
  await platform.kubectl(['label', 'deployments,daemonsets,statefulsets,services,networkpolicies,poddisruptionbudgets', '-A', '--all', ...labels])
  await platform.kubectl(['label', 'namespaces,storageclasses', '--all', ...labels])
}

function shell(command: string, env: Record<string, string>, cwd: string): Promise<{said: string; code: number}> {
  return new Promise((resolve) => {
    const child = execFile('/bin/sh', ['-c', command], {env, cwd, timeout: 120_000, maxBuffer: 64 << 20}, (error, stdout, stderr) => resolve({said: `${stdout.slice(-600)}${stderr.slice(-600)}`, code: error === null ? 0 : typeof error.code === 'number' ? error.code : 1}))
    child.stdin?.end()
  })
}
