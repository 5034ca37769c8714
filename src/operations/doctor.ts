/** The prerequisites of a platform, or of this machine alone. */
import {statfs} from 'node:fs/promises'
import type {PlatformContext, PlatformPhase} from '../context.ts'
import {asKpError} from '../engine/errors.ts'
import type {CheckResult, FixStep} from '../engine/types.ts'
import {runCheck} from '../engine/verify.ts'
import type {DoctorResult} from '../ui/results.ts'

type Examined = DoctorResult['checks'][number]

/** Checks of phase 0 and 2 that tell whether kp can work here, with their area. */
const AREAS: Record<string, string> = {
  'prerequisites.repository': 'repository',
  'prerequisites.git-remote': 'repository',
  'prerequisites.owner': 'repository',
  'prerequisites.disk-space': 'machine',
  'prerequisites.cloud-account': 'account',
  'prerequisites.cloud-permissions': 'permissions',
  'networking.zone-offers': 'quotas',
  'networking.cloud-quotas': 'quotas',
  'networking.subnet-addresses': 'network',
  'control-plane.version-support': 'cloud',
  'control-plane.readyz': 'cluster',
  'control-plane.identity': 'cluster',
  'control-plane.cert-expiry': 'credentials',
}

/** Examines. Tools are reported one by one. Reads only. */
export async function examine(ctx: PlatformContext, tools: string[]): Promise<DoctorResult> {
  const examined: Examined[] = []
  for (const name of tools) examined.push(await examineTool(ctx, name))
  const presence = await ctx.presence().catch((error: unknown) => ({state: 'unknown' as const, observed: asKpError(error).message}))
  for (const [id, area] of Object.entries(AREAS)) {
    const found = findCheck(ctx.phases, id)
    if (found === undefined) continue
    if (presence.state !== 'running' && (area === 'cluster' || area === 'credentials')) {
      examined.push({id, area, title: found.check.title, severity: found.check.severity, status: presence.state === 'absent' ? 'skip' : 'unknown', observed: presence.observed, expected: null, fix: [], pitfalls: []})
      continue
    }
    const report = await runCheck(found.phase.id, found.check, ctx, {until: 0, known: found.phase.pitfalls})
    // A cluster that is not bound yet lacks nothing: kp up binds it. One of somebody else is an error of its own.
    const unbound = id === 'control-plane.identity' && report.status === 'fail'
    if (unbound) report.status = 'warn'
    const fix = report.status === 'pass' || report.status === 'skip' ? [] : fixOf(ctx.phases, report.pitfalls)
    examined.push({id, area, title: report.title, severity: report.severity, status: report.status, observed: report.observed, expected: report.expected ?? null, fix, pitfalls: report.pitfalls})
  }
  return {schema: 'kp/doctor/v1', environment: ctx.spec.environment.name, summary: summarize(examined), checks: examined}
}

async function examineTool(ctx: PlatformContext, name: string): Promise<Examined> {
  const tool = await ctx.tool(name)
  const result: CheckResult = 'reason' in tool ? {status: 'fail', observed: tool.reason} : {status: 'pass', observed: `${tool.version}, ${tool.path}`}
  return {
    id: `tools.${name}`,
    area: 'tools',
    title: `${name} is there in a version that fits`,
    severity: 'error',
    status: result.status,
    observed: result.observed,
    expected: null,
    fix: result.status === 'fail' ? [{text: "Bring the pinned version into kp's own cache", command: 'kp tools install'}] : [],
    pitfalls: [],
  }
}

/** Examines a machine without a platform: whether the lab can run here. */
export async function examineMachine(lookUp: (name: string) => Promise<{version: string; path: string} | {reason: string}>, tools: string[], folder: string): Promise<DoctorResult> {
  const examined: Examined[] = []
  for (const name of tools) {
    const tool = await lookUp(name)
    examined.push({
      id: `tools.${name}`,
      area: 'tools',
      title: `${name} is there in a version that fits`,
      severity: 'error',
      status: 'reason' in tool ? 'fail' : 'pass',
      observed: 'reason' in tool ? tool.reason : `${tool.version}, ${tool.path}`,
      expected: null,
      fix: 'reason' in tool ? [{text: "Bring the pinned version into kp's own cache", command: 'kp tools install'}] : [],
      pitfalls: [],
    })
  }
  const stats = await statfs(folder)
  const free = (stats.bavail * stats.bsize) / 1024 ** 3
  examined.push({id: 'machine.disk-space', area: 'machine', title: 'There is room on the disk', severity: 'warning', status: free < 2 ? 'warn' : 'pass', observed: `${free.toFixed(1)} GiB free`, expected: 'at least 2 GiB', fix: [], pitfalls: []})
  return {schema: 'kp/doctor/v1', environment: null, summary: summarize(examined), checks: examined}
}

function findCheck(phases: PlatformPhase[], id: string): {phase: PlatformPhase; check: PlatformPhase['checks'][number]} | undefined {
  for (const phase of phases) {
    const check = phase.checks.find((one) => one.id === id)
    if (check !== undefined) return {phase, check}
  }
  return undefined
}

function fixOf(phases: PlatformPhase[], codes: string[]): FixStep[] {
  const pitfall = phases.flatMap((phase) => phase.pitfalls).find((one) => codes.includes(one.code))
  return pitfall?.fix ?? []
}

function summarize(examined: Examined[]): DoctorResult['summary'] {
  const summary: DoctorResult['summary'] = {pass: 0, warn: 0, fail: 0, skip: 0, unknown: 0}
  for (const one of examined) summary[one.status]++
  return summary
}
