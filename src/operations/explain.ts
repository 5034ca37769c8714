/** What kp knows about a phase, step, check or pitfall. */
import type {ManifestContext, PlatformPhase} from '../context.ts'
import {KpError} from '../engine/errors.ts'
import {didYouMean} from '../engine/spelling.ts'
import type {ExplainResult} from '../ui/results.ts'

/**
 * Finds what a name means.
 * @param ctx the platform whose steps are listed; without one, phases are explained without their steps
 * @throws KpError USAGE with the nearest spelling
 */
export function explain(name: string, phases: PlatformPhase[], ctx: ManifestContext | undefined): ExplainResult {
  for (const phase of phases) {
    if (phase.id === name || String(phase.number) === name) return explainPhase(phase, ctx)
    const step = ctx === undefined ? undefined : phase.steps(ctx).find((one) => one.id === name)
    if (step !== undefined) {
      return {schema: 'kp/explain/v1', kind: 'step', id: step.id, title: step.title, phase: phase.id, risk: step.risk, checks: phase.checks.filter((check) => step.verify?.includes(check.id)).map(({id, title, severity}) => ({id, title, severity}))}
    }
    const check = phase.checks.find((one) => one.id === name)
    if (check !== undefined) {
      const codes = new Set([...(check.pitfalls ?? []), ...phase.pitfalls.filter((pitfall) => pitfall.confirmBy === check.id || pitfall.match.some((match) => match.check === check.id)).map((pitfall) => pitfall.code)])
      return {schema: 'kp/explain/v1', kind: 'check', id: check.id, title: check.title, phase: phase.id, severity: check.severity, pitfalls: phases.flatMap((one) => one.pitfalls).filter((pitfall) => codes.has(pitfall.code)).map(({code, title}) => ({code, title}))}
    }
    const pitfall = phase.pitfalls.find((one) => one.code === name.toUpperCase())
    if (pitfall !== undefined) {
      const {code, title, symptom, cause, fix, confirmBy, runbook, source} = pitfall
      return {schema: 'kp/explain/v1', kind: 'pitfall', id: code, title, phase: phase.id, symptom, cause, fix, confirmBy, ...(runbook === undefined ? {} : {runbook}), source}
    }
  }
  const known = phases.flatMap((phase) => [phase.id, ...(ctx === undefined ? [] : phase.steps(ctx).map((step) => step.id)), ...phase.checks.map((check) => check.id), ...phase.pitfalls.map((pitfall) => pitfall.code)])
  throw new KpError({code: 'USAGE', message: `kp knows no phase, step, check or pitfall "${name}"${didYouMean(name, known)}`, next: [`phases: ${phases.map((phase) => phase.id).join(', ')}`, 'kp explain <phase> lists its steps, checks and pitfalls']})
}

function explainPhase(phase: PlatformPhase, ctx: ManifestContext | undefined): ExplainResult {
  return {
    schema: 'kp/explain/v1',
    kind: 'phase',
    id: phase.id,
    title: phase.title,
    phase: phase.id,
    number: phase.number,
    what: phase.what,
    why: phase.why,
    how: phase.how,
    ...(ctx === undefined ? {} : {dependsOn: phase.dependsOn(ctx), steps: phase.steps(ctx).map(({id, title, risk}) => ({id, title, risk}))}),
    checks: phase.checks.map(({id, title, severity}) => ({id, title, severity})),
    pitfalls: phase.pitfalls.map(({code, title}) => ({code, title})),
  }
}
