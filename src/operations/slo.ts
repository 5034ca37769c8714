/** Service level objectives without a cluster: what is promised, the rules, and their test with the real promtool. */
import {mkdtempSync, rmSync, writeFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {stringify} from 'yaml'
import {eventsOf, sloGroups} from '../components/slo-rules.ts'
import type {RuleGroup} from '../components/slo-rules.ts'
import {sloRunbook} from '../components/slo-runbook.ts'
import {sloTests, testable} from '../components/slo-tests.ts'
import type {PlatformContext} from '../context.ts'
import {KpError} from '../engine/errors.ts'
import {bucketFor, routeMetrics} from '../spec/slo-indicators.ts'
import {budgetOf, burnRowsOf, exhaustsInHours, thresholdOf} from '../spec/slo-windows.ts'
import type {BurnRow} from '../spec/slo-windows.ts'
import type {EnvironmentSpec, Slo} from '../spec/types.ts'
import {durationSeconds} from '../spec/units.ts'
import type {SloGenerateResult, SloListResult, SloTestResult} from '../ui/results.ts'

type ListedSlo = SloListResult['slos'][number]
type Tested = SloTestResult['tests'][number]

/** What decides the objectives. */
export type SloContext = Pick<PlatformContext, 'spec'>

/** How YAML is written that Prometheus reads. */
const PROMETHEUS_YAML = {version: '1.1', lineWidth: 0, aliasDuplicateObjects: false} as const
const TEST_LIMIT_MS = 10 * 60_000

/** The objectives of an environment. */
export function listSlos({spec}: SloContext): SloListResult {
  return {schema: 'kp/slo-list/v1', environment: spec.environment.name, cluster: spec.environment.cluster, slos: spec.slos.map((slo) => listed(spec, slo))}
}

function listed(spec: EnvironmentSpec, slo: Slo): ListedSlo {
  const {kept, dropped} = burnRowsOf(slo)
  const row = (one: BurnRow): Omit<ListedSlo['alerts'][number], 'exhaustsInHours'> => ({
    severity: one.severity === 'page' ? spec.phases.slo.pageSeverity : spec.phases.slo.ticketSeverity, burnRate: one.factor, long: one.long, short: one.short, threshold: thresholdOf(slo, one),
  })
  const runbook = spec.phases.slo.runbooks ? sloRunbook(spec, slo, 'burn') : {}
  return {
    name: slo.name,
    objective: slo.objective,
    window: slo.window,
    indicator: slo.indicator.type,
    measures: eventsOf(slo),
    measuredAt: measuredAt(spec, slo),
    budgetPercent: tidy(budgetOf(slo) * 100),
    budgetMinutes: tidy((durationSeconds(slo.window) / 60) * budgetOf(slo)),
    alerts: kept.map((one) => ({...row(one), exhaustsInHours: tidy(exhaustsInHours(slo, one))})),
    leftOut: dropped.map((one) => ({...row(one), reason: one.reason})),
    runbook: runbook['runbook_url'] ?? runbook['runbook'] ?? null,
  }
}

function measuredAt(spec: EnvironmentSpec, {indicator}: Slo): string | null {
  if (indicator.type !== 'http-latency') return null
  const metrics = routeMetrics(spec, indicator)
  const bucket = typeof metrics === 'string' ? undefined : bucketFor(metrics, indicator.threshold)
  return bucket === undefined ? null : `${tidy(bucket.seconds * 1000)}ms`
}

/** The rules of every objective, and their text as Prometheus reads it. */
export function generateSlos({spec}: SloContext): {groups: RuleGroup[]; text: string; result: SloGenerateResult} {
  requireSlos(spec)
  const groups = spec.slos.flatMap((slo) => sloGroups(spec, slo))
  const text = `# Made by kp from the slos of kp.yaml, environment ${spec.environment.name}\n${stringify({groups}, PROMETHEUS_YAML)}`
  return {groups, text, result: {schema: 'kp/slo-generate/v1', environment: spec.environment.name, cluster: spec.environment.cluster, file: null, groups}}
}

/**
 * Runs the rules on made-up traffic with the real promtool.
 * @throws KpError TOOL_MISSING where there is none, USAGE where there are no objectives
 */
export async function testSlos(ctx: Pick<PlatformContext, 'spec' | 'exec' | 'tool'>): Promise<SloTestResult> {
  const {spec} = ctx
  const {text, groups} = generateSlos(ctx)
  const folder = mkdtempSync(join(tmpdir(), 'kp-slo-'))
  try {
    const promtool = async (args: string[], doing: string): Promise<{ok: boolean; lines: string[]}> => {
      const {exitCode, stdout, stderr} = await ctx.exec.run({tool: 'promtool', args, mutates: false, doing, cwd: folder, okExitCodes: [0, 1, 2], timeoutMs: TEST_LIMIT_MS})
      return {ok: exitCode === 0, lines: `${stdout}\n${stderr}`.split('\n').map((line) => line.trimEnd()).filter((line) => line.trim() !== '')}
    }
    writeFileSync(join(folder, 'rules.yaml'), text)
    const checked = await promtool(['check', 'rules', 'rules.yaml'], 'check the rules of the objectives')
    const found = await ctx.tool('promtool')
    const tests: Tested[] = []
    if (checked.ok) for (const slo of spec.slos) tests.push(...(await testOne(spec, slo, {folder, promtool})))
    const passed = checked.ok && tests.every(({ok}) => ok)
    return {
      schema: 'kp/slo-test/v1',
      environment: spec.environment.name,
      cluster: spec.environment.cluster,
      promtool: 'version' in found ? found.version : 'unknown',
      result: passed ? 'passed' : 'failed',
      rules: {count: groups.reduce((sum, {rules}) => sum + rules.length, 0), ok: checked.ok, output: checked.ok ? [] : checked.lines},
      tests,
    }
  } finally {
    rmSync(folder, {recursive: true, force: true})
  }
}

type Promtool = (args: string[], doing: string) => Promise<{ok: boolean; lines: string[]}>

/** The tests of an objective, each a file of its own: promtool says of a file whether it holds. */
async function testOne(spec: EnvironmentSpec, slo: Slo, {folder, promtool}: {folder: string; promtool: Promtool}): Promise<Tested[]> {
  const tried = testable(slo)
  const rules = `${slo.name}.rules.yaml`
  writeFileSync(join(folder, rules), stringify({groups: sloGroups(spec, tried)}, PROMETHEUS_YAML))
  const tests = sloTests(spec, tried)
  const files = tests.map((test, index) => {
    const file = `${slo.name}.${index + 1}.test.yaml`
    writeFileSync(join(folder, file), stringify({rule_files: [rules], evaluation_interval: '1m', tests: [test]}, PROMETHEUS_YAML))
    return file
  })
  const {lines} = await promtool(['test', 'rules', ...files], `test the rules of ${slo.name}`)
  return tests.map(({name}, index) => {
    const output = sectionOf(lines, files[index] ?? '')
    const ok = output.some((line) => line.trim() === 'SUCCESS')
    return {slo: slo.name, name: name.slice(slo.name.length + 2), ok, standIn: tried !== slo, output: ok ? [] : output}
  })
}

/** What promtool says of one file: the lines below its name. */
export function sectionOf(lines: readonly string[], file: string): string[] {
  const start = lines.findIndex((line) => line.startsWith('Unit Testing:') && line.trim().endsWith(` ${file}`))
  if (start === -1) return lines.slice(-10)
  const rest = lines.slice(start + 1)
  const end = rest.findIndex((line) => line.startsWith('Unit Testing:'))
  return end === -1 ? rest : rest.slice(0, end)
}

/** @throws KpError USAGE where nothing is promised */
export function requireSlos(spec: EnvironmentSpec): void {
  if (spec.slos.length > 0) return
  throw new KpError({
    code: 'USAGE',
    message: `kp.yaml has no slos for environment ${spec.environment.name}`,
    next: ['promise something: slos: [{name: demo-availability, objective: 99.9, indicator: {type: http-errors, route: demo}}]', 'kp explain slo'],
  })
}

function tidy(value: number): number {
  return Number(value.toPrecision(6))
}
