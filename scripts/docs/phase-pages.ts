/** The pages of docs/phases, docs/checks and docs/pitfalls, made from the registry of phases. */
import type {PlatformContext, PlatformPhase} from '../../src/context.ts'
import {applies} from '../../src/engine/applies.ts'
import type {Check, Pitfall} from '../../src/engine/types.ts'
import {block, code, generated, page, plain, table} from './markdown.ts'
import type {ReadOnlyContext} from './platform.ts'

/** What the pages are made of. */
export interface PhaseBook {
  phases: PlatformPhase[]
  /** The platform whose steps and checks are listed: the lab. */
  ctx: ReadOnlyContext
}

/** docs/phases/<id>.md */
export function phasePage(phase: PlatformPhase, {phases, ctx}: PhaseBook): string {
  const after = phase.dependsOn(ctx).map((id) => `[${id}](${id}.md)`)
  const before = phases.filter((other) => other.dependsOn(ctx).includes(phase.id)).map((other) => `[${other.id}](${other.id}.md)`)
  const facts = [
    `Run it alone: [\`kp step ${phase.id}\`](../commands/step.md)`,
    `Comes after: ${after.join(', ') || 'nothing'}`,
    `Comes before: ${before.join(', ') || 'nothing'}`,
    `Its fields of kp.yaml: [phases.${phase.id}](../kp-yaml.md#${phase.id})`,
  ]
  return page(
    `# Phase ${phase.number}: ${plain(phase.title)}`,
    generated(`src/steps/${String(phase.number).padStart(2, '0')}-${phase.id}`),
    `**What.** ${plain(phase.what)}`,
    `**Why.** ${plain(phase.why)}`,
    facts.map((fact) => `- ${fact}`).join('\n'),
    '## How',
    phase.how.map((sentence) => `- ${plain(sentence)}`).join('\n'),
    '## Steps',
    'On the lab, in this order. Each looks first, does what is missing, and looks again.',
    table(['step', 'what it does', 'risk', 'proven by'], phase.steps(ctx).map((step) => [code(step.id), plain(step.title), step.risk, (step.verify ?? []).map((id) => checkLink(id, phase)).join(', ') || 'its own probe'])),
    '## Checks',
    `[What \`kp verify ${phase.id}\` looks at](../checks/${phase.id}.md): ${phase.checks.length} checks.`,
    '## Pitfalls',
    phase.pitfalls.map((pitfall) => `- ${pitfallLink(pitfall, '../pitfalls/', phase)}`).join('\n'),
  )
}

/** docs/checks/<phase>.md */
export function checksPage(phase: PlatformPhase, {phases, ctx}: PhaseBook): string {
  return page(
    `# Checks of phase ${phase.number}: ${plain(phase.title)}`,
    generated(`src/steps/${String(phase.number).padStart(2, '0')}-${phase.id}/checks.ts`),
    `Each is a sentence that is true when the check passes. \`kp verify ${phase.id}\` runs them, \`kp verify --check ID\` one of them. See also [the phase](../phases/${phase.id}.md).`,
    table(
      ['check', 'says', 'when it is not so', 'in the lab', 'pitfalls'],
      phase.checks.map((check) => [code(check.id), plain(check.title), check.severity === 'error' ? 'fail' : 'warn', inTheLab(check, ctx), pitfallsOf(check, phases).map((one) => pitfallLink(one.pitfall, '../pitfalls/', one.phase, true)).join(' ')]),
    ),
    'In the lab: *real* reads what real programs wrote; *simulated* reads a status that the lab itself wrote, and is printed as `pass (simulated)`; *skipped* cannot be true there.',
  )
}

/** docs/pitfalls/<phase>.md */
export function pitfallsPage(phase: PlatformPhase): string {
  return page(
    `# Pitfalls of phase ${phase.number}: ${plain(phase.title)}`,
    generated(`src/steps/${String(phase.number).padStart(2, '0')}-${phase.id}/pitfalls.ts`),
    `kp names them by their code where it recognises one; \`kp explain CODE\` prints the same. See also [the phase](../phases/${phase.id}.md) and [its checks](../checks/${phase.id}.md).`,
    phase.pitfalls.map((pitfall) => `- ${pitfallLink(pitfall, '', phase)}`).join('\n'),
    ...phase.pitfalls.map(pitfallSection),
  )
}

function pitfallSection(pitfall: Pitfall): string {
  const recognised = pitfall.match.flatMap((match) => match.check ?? [])
  return [
    `<a id="${pitfall.code.toLowerCase()}"></a>`,
    `## ${pitfall.code}: ${plain(pitfall.title)}`,
    `**Symptom.** ${plain(pitfall.symptom)}`,
    `**Cause.** ${plain(pitfall.cause)}`,
    ['**Fix.**', ...pitfall.fix.map((step, index) => `${index + 1}. ${plain(step.text)}${step.command === undefined ? '' : `\n\n${block([step.command], '   ')}`}`)].join('\n\n'),
    [
      `**See that it is fixed.** ${code(`kp verify --check ${pitfall.confirmBy}`)}`,
      ...(recognised.length === 0 ? [] : [`**Seen by.** ${[...new Set(recognised)].map(code).join(', ')}`]),
      ...(pitfall.runbook === undefined ? [] : [`**Runbook.** [${pitfall.runbook}](../../templates/runbooks/${pitfall.runbook})`]),
      `**Source.** ${plain(pitfall.source)}`,
    ].join('  \n'),
  ].join('\n\n')
}

function inTheLab(check: Check<PlatformContext>, ctx: ReadOnlyContext): string {
  // What a check says of itself reads spec and provider alone.
  const platform = ctx as PlatformContext
  if (!applies(check, platform)) return 'skipped'
  return check.simulated?.(platform) ? 'simulated' : 'real'
}

/** Pitfalls that a check names, or that name it as their proof or their sign. */
function pitfallsOf(check: Check<PlatformContext>, phases: PlatformPhase[]): {pitfall: Pitfall; phase: PlatformPhase}[] {
  return phases.flatMap((phase) =>
    phase.pitfalls
      .filter((pitfall) => check.pitfalls?.includes(pitfall.code) || pitfall.confirmBy === check.id || pitfall.match.some((match) => match.check === check.id))
      .map((pitfall) => ({pitfall, phase})),
  )
}

function checkLink(id: string, phase: PlatformPhase): string {
  return `[${code(id)}](../checks/${phase.id}.md)`
}

function pitfallLink(pitfall: Pitfall, folder: string, phase: PlatformPhase, short = false): string {
  const text = short ? pitfall.code : `${pitfall.code}: ${plain(pitfall.title)}`
  return `[${text}](${folder === '' ? '' : `${folder}${phase.id}.md`}#${pitfall.code.toLowerCase()})`
}
