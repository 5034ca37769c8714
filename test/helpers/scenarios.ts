/** Plays scenarios of the lab as a person would: start, diagnose, the printed fix as printed, verify, stop. */
import {execFile} from 'node:child_process'
import {mkdirSync, writeFileSync} from 'node:fs'
import {dirname, join} from 'node:path'
import {isDeepStrictEqual} from 'node:util'
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
  /** Takes kp's labels from everything first. */
  strip?: boolean
}

/** How a play went, for the report of a failure. */
export interface Played {
  codes: string[]
  /** How long each part took: `start 4, name 3, heal 9, stop 2`. */
  times: string
  commands: string[]
}

/** Names that no default has. */
export const OTHER_NAMES = [{namespace: 'orders-7', name: 'checkout-api'}, {namespace: 'team-b', name: 'ledger'}, {namespace: 'north', name: 'search'}, {namespace: 'mail', name: 'out-2'}, {namespace: 'stock-eu', name: 'stock'}]

/**
 * Plays one scenario, or several at once, to the end, and ends them. What one of them does wrong does not hide the others.
 * @throws by expect, with all that does not hold
 */
export async function play(platform: TestPlatform, parts: Part[], options: PlayOptions = {}): Promise<Played> {
  const times: string[] = []
  let since = Date.now()
  const took = (part: string): void => {
    times.push(`${part} ${Math.round((Date.now() - since) / 1000)}`)
    since = Date.now()
  }
  const problems: string[] = []
  const started: Scenario[] = []
  const commands: string[] = []
  let codes: string[] = []
  // Before the starts: without an API server there is no other time.
  if (options.strip === true) await stripLabels(platform)
  try {
    // Each by a kp of its own, and all of them at once.
    await Promise.all(
      parts.map(async ({scenario, set = {}}) => {
        const names = Object.entries(set).filter(([key]) => key in scenario.parameters).flatMap(([key, value]) => ['--set', `${key}=${value}`])
        const {exit, stderr} = await platform.kp(['lab', 'scenario', 'start', scenario.name, '--yes', ...names])
        if (exit === 0) started.push(scenario)
        else problems.push(`${scenario.name} does not start: ${stderr.slice(-1500)}`)
      }),
    )
    took('start')
    const findings = started.length === 0 ? [] : await firstFindings(platform, started, problems)
    codes = findings.map(({code}) => code)
    took('name')
    await Promise.all(started.filter(({resolve}) => resolve.length > 0).map(({name}) => platform.kpOk(['lab', 'scenario', 'resolve', name, '--yes'])))
    // One person for each, and one kp at a time.
    const kpTurn = oneAtATime()
    commands.push(...(await Promise.all(findings.map((finding) => runFix(platform, finding, problems, kpTurn)))).flat())
    took('fix')
    // What was not named cannot be healed.
    if (findings.length > 0) problems.push(...(await unhealed(platform, codes)))
    took('verify')
  } finally {
    const stops = await Promise.all(started.map(async ({name}) => ({name, ...(await platform.kp(['lab', 'scenario', 'stop', name, '--yes']))})))
    problems.push(...stops.filter(({exit}) => exit !== 0).map(({name, stderr}) => `${name} does not stop: ${stderr.slice(-1500)}`))
    took('stop')
  }
  expect(problems, `${titleOf(parts.map(({scenario}) => scenario))}, after\n${commands.join('\n').slice(0, 3000)}`).toEqual([])
  return {codes, times: times.join(', '), commands}
}

type Finding = DiagnoseResult['findings'][number]

const sayFindings = (findings: Finding[]): string[] => findings.map(({code, object, evidence}) => `${code} ${object}: ${evidence[0] ?? ''}`)

/** Waits until the diagnosis names the pitfalls of the scenarios, and them first. @returns the findings of them, as they came; what is missing is a problem */
async function firstFindings(platform: TestPlatform, scenarios: Scenario[], problems: string[]): Promise<Finding[]> {
  const wanted = scenarios.map(({pitfall}) => pitfall).toSorted()
  const until = Date.now() + (Math.max(...scenarios.map(({shows}) => shows)) + 30 + 10 * scenarios.length) * 1000
  for (;;) {
    const {findings} = (await platform.kp(['diagnose', '--json', '--wait', '0'])).json<DiagnoseResult>()
    const first = findings.filter(({code}, index) => findings.findIndex((one) => one.code === code) === index)
    const named = first.slice(0, wanted.length)
    if (isDeepStrictEqual(named.map(({code}) => code).toSorted(), wanted)) return named
    if (Date.now() > until) {
      problems.push(`${wanted.join(' and ')} come first, and these came: ${sayFindings(findings).join('; ')}`)
      return first.filter(({code}) => wanted.includes(code))
    }
    await new Promise((resolve) => setTimeout(resolve, 1000))
  }
}

function titleOf(scenarios: Scenario[]): string {
  return scenarios.map(({name}) => name).join(' and ')
}

type Turn = <T>(work: () => Promise<T>) => Promise<T>

/** Does what it is given one after the other. */
function oneAtATime(): Turn {
  let last: Promise<unknown> = Promise.resolve()
  return (work) => {
    const mine = last.then(work)
    last = mine.catch(() => undefined)
    return mine
  }
}

/** What looks ends with 1 where it finds no line, no log, a part that does not run, or checks that fail. */
const LOOKS = /\| grep |^kp (?:verify|diagnose|lab status)\b|^kubectl .*\blogs\b/

/** Runs every command of a fix in a shell, as printed, as one would with kubectl, helm and kp at hand. A command that fails is a problem. */
async function runFix(platform: TestPlatform, finding: Finding, problems: string[], kpTurn: Turn): Promise<string[]> {
  const commands = finding.fix.flatMap(({command}) => command ?? [])
  problems.push(...commands.filter((command) => /<[a-z][a-z-]*>/.test(command)).map((command) => `${finding.code}: a name is not filled in: ${command}`))
  const bin = join(platform.stateDir, 'test-bin')
  mkdirSync(bin, {recursive: true})
  writeFileSync(join(bin, 'kp'), `#!/bin/sh\nexec "${NODE}" "${KP_BIN}" "$@"\n`, {mode: 0o755})
  const env = kpEnvironment(platform.stateDir, {KUBECONFIG: platform.lab.adminKubeconfig})
  env['PATH'] = [bin, platform.lab.bin, dirname(NODE), env['PATH']].join(':')
  const outputs: string[] = []
  for (const command of commands) {
    const run = (): ReturnType<typeof shell> => shell(command, env, platform.root)
    const {said, code} = await (command.startsWith('kp ') ? kpTurn(run) : run())
    outputs.push(`$ ${command}\n${said}`)
    if (code !== 0 && !(LOOKS.test(command) && code === 1)) problems.push(`${finding.code}: a command of the fix fails: ${command}: ${said}`)
  }
  return outputs
}

/** Looks until verify has no failure and the diagnosis none of some pitfalls. @returns what is left after a minute */
async function unhealed(platform: TestPlatform, codes: string[]): Promise<string[]> {
  const until = Date.now() + 60_000
  for (;;) {
    const [verify, diagnosis] = await Promise.all([platform.kp(['verify', '--json', '--wait', '10']), platform.kp(['diagnose', '--json', '--wait', '0'])])
    const failed = verify.json<VerifyResult>().checks.filter(({status}) => status === 'fail').map(({id, observed}) => `after the fix ${id} fails: ${observed}`)
    const left = sayFindings(diagnosis.json<DiagnoseResult>().findings.filter(({code}) => codes.includes(code))).map((text) => `after the fix there is still ${text}`)
    if (failed.length + left.length === 0 || Date.now() > until) return [...failed, ...left]
    await new Promise((resolve) => setTimeout(resolve, 1500))
  }
}

/** Nothing is left of what was: the diagnosis is silent. */
export async function expectSilence(platform: TestPlatform): Promise<void> {
  const until = Date.now() + 30_000
  for (;;) {
    const {findings} = (await platform.kp(['diagnose', '--json', '--wait', '5'])).json<DiagnoseResult>()
    if (findings.length === 0) return
    if (Date.now() > until) expect(sayFindings(findings)).toEqual([])
    await new Promise((resolve) => setTimeout(resolve, 1500))
  }
}

/** No scenario is started, and nothing of any is left. */
export async function expectNothingLeft(platform: TestPlatform): Promise<void> {
  const list = (await platform.kpOk(['lab', 'scenario', 'list', '--json'])).json<{scenarios: {name: string; started: boolean}[]}>()
  expect(list.scenarios.filter(({started}) => started).map(({name}) => name)).toEqual([])
  await expectSilence(platform)
}

/** Puts the platform's repository into Git, as a person's is: fixes take files out of it. */
export async function keepInGit(platform: TestPlatform): Promise<void> {
  const {said, code} = await shell('git init --quiet && git add --all', kpEnvironment(platform.stateDir), platform.root)
  expect(code, said).toEqual(0)
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
