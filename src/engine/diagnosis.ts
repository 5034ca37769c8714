/** Recognises known failures in what was seen. Pure: no clock, no cluster, no files. */
import type {Pitfall, PitfallMatch} from './types.ts'

/** A failing check, with what it saw where that is known. */
export interface FailedCheck {
  id: string
  observed?: string
}

/** A condition of an object, as the cluster reports it. */
export interface SeenCondition {
  kind: string
  type: string
  status: string
  reason?: string
  message?: string
}

/** An event of the cluster. Give only recent events, of objects that still suffer. */
export interface SeenEvent {
  reason: string
  message?: string
}

/** The waiting or terminated reason of a container. */
export interface SeenContainer {
  reason: string
}

/** Everything that was seen of a failure. Leave out what is not known. */
export interface Evidence {
  /** Failing checks: their ids, or ids with what they saw. */
  checks?: readonly (string | FailedCheck)[]
  /** The tool that failed. */
  tool?: string
  exitCode?: number
  /** What it said, or the message of the step that failed. */
  output?: string
  /** Names of AWS errors: `AccessDenied`. */
  awsErrors?: readonly string[]
  conditions?: readonly SeenCondition[]
  events?: readonly SeenEvent[]
  containers?: readonly SeenContainer[]
}

/** A pitfall that matches, and why. */
export interface Finding {
  pitfall: Pitfall
  /** Which part of the evidence was recognised, for a person. */
  because: string
  /** Higher is more specific. */
  score: number
}

/** The points that a kind of evidence gives; what names its cause counts more than a symptom. */
const POINTS = {
  output: 55, awsError: 40, conditionReason: 25, eventReason: 20, condition: 20, text: 30, container: 12, check: 5,
  exitCode: 3, tool: 2,
} as const

/** A longer piece of recognised text is a more specific one; this much of it is counted. */
const MOST_TEXT = 400

/**
 * Finds the known failures that explain what was seen.
 * @param pitfalls all that may apply, in the order of their phases
 * @param evidence what was seen
 * @returns those that match, the most specific first, equals in the order given; empty where nothing is recognised
 */
export function matchPitfalls(pitfalls: readonly Pitfall[], evidence: Evidence): Pitfall[] {
  return findPitfalls(pitfalls, evidence).map((finding) => finding.pitfall)
}

/** Like `matchPitfalls`, with the reason and the score of each. */
export function findPitfalls(pitfalls: readonly Pitfall[], evidence: Evidence): Finding[] {
  const findings: Finding[] = []
  for (const pitfall of pitfalls) {
    const best = pitfall.match
      .map((match) => recognise(match, evidence))
      .filter((found) => found !== undefined)
      .reduce<Hit | undefined>((a, b) => (a === undefined || b.score > a.score ? b : a), undefined)
    if (best !== undefined) findings.push({pitfall, because: best.parts.join('; '), score: best.score})
  }
  return findings.toSorted((a, b) => b.score - a.score)
}

interface Hit {
  score: number
  parts: string[]
}

/** All parts of the match that are given must be found; undefined where one is not, or where the match is empty. */
function recognise(match: PitfallMatch, evidence: Evidence): Hit | undefined {
  const hits: (Hit | undefined)[] = []
  if (match.check !== undefined) hits.push(seeCheck(match.check, evidence))
  if (match.tool !== undefined) hits.push(evidence.tool === match.tool ? hit(POINTS.tool, match.tool) : undefined)
  if (match.exitCode !== undefined) {
    hits.push(evidence.exitCode === match.exitCode ? hit(POINTS.exitCode, `exit code ${match.exitCode}`) : undefined)
  }
  if (match.output !== undefined) hits.push(seeOutput(match, match.output, evidence))
  if (match.awsError !== undefined) {
    hits.push(evidence.awsErrors?.includes(match.awsError) ? hit(POINTS.awsError, `AWS says ${match.awsError}`) : undefined)
  }
  if (match.condition !== undefined) hits.push(seeCondition(match.condition, evidence))
  if (match.event !== undefined) hits.push(seeEvent(match.event, evidence))
  if (match.container !== undefined) hits.push(seeContainer(match.container.reason, evidence))
  if (hits.length === 0) return undefined
  let score = 0
  const parts: string[] = []
  for (const one of hits) {
    if (one === undefined) return undefined
    score += one.score
    parts.push(...one.parts)
  }
  return {score, parts}
}

function hit(score: number, part: string): Hit {
  return {score, parts: [part]}
}

function seeCheck(id: string, evidence: Evidence): Hit | undefined {
  const failing = evidence.checks?.some((check) => (typeof check === 'string' ? check : check.id) === id)
  return failing === true ? hit(POINTS.check, `check ${id} fails`) : undefined
}

/** Looks in the tool's output, and where the match names a check also in what that check saw. */
function seeOutput(match: PitfallMatch, pattern: RegExp, evidence: Evidence): Hit | undefined {
  const texts = [evidence.output, match.check === undefined ? undefined : observedBy(match.check, evidence)]
  for (const text of texts) {
    const found = find(pattern, text)
    if (found !== undefined) return hit(POINTS.output + found.length / 10, `output says "${shorten(found)}"`)
  }
  return undefined
}

function observedBy(id: string, evidence: Evidence): string | undefined {
  for (const check of evidence.checks ?? []) {
    if (typeof check !== 'string' && check.id === id) return check.observed
  }
  return undefined
}

function seeCondition(wanted: NonNullable<PitfallMatch['condition']>, evidence: Evidence): Hit | undefined {
  let best: Hit | undefined
  for (const seen of evidence.conditions ?? []) {
    if (seen.kind !== wanted.kind || seen.type !== wanted.type) continue
    if (wanted.status !== undefined && seen.status !== wanted.status) continue
    const reason = wanted.reason === undefined ? '' : find(wanted.reason, seen.reason)
    const message = wanted.message === undefined ? '' : find(wanted.message, seen.message)
    if (reason === undefined || message === undefined) continue
    const score = POINTS.condition + (wanted.reason === undefined ? 0 : POINTS.conditionReason) + textPoints(message)
    const part = `${seen.kind} has ${seen.type}=${seen.status}${seen.reason === undefined ? '' : ` (${seen.reason})`}`
    if (best === undefined || score > best.score) best = hit(score, part)
  }
  return best
}

function seeEvent(wanted: NonNullable<PitfallMatch['event']>, evidence: Evidence): Hit | undefined {
  let best: Hit | undefined
  for (const seen of evidence.events ?? []) {
    if (seen.reason !== wanted.reason) continue
    const message = wanted.message === undefined ? '' : find(wanted.message, seen.message)
    if (message === undefined) continue
    const score = POINTS.eventReason + textPoints(message)
    const said = message === '' ? '' : ` "${shorten(message)}"`
    if (best === undefined || score > best.score) best = hit(score, `event ${seen.reason}${said}`)
  }
  return best
}

function seeContainer(reason: string, evidence: Evidence): Hit | undefined {
  const seen = evidence.containers?.some((container) => container.reason === reason)
  return seen === true ? hit(POINTS.container, `a container is in ${reason}`) : undefined
}

function textPoints(found: string): number {
  return found === '' ? 0 : POINTS.text + found.length / 10
}

/** The text that the pattern found, at most the counted length; undefined where it found none. */
function find(pattern: RegExp, text: string | undefined): string | undefined {
  return text?.match(new RegExp(pattern.source, pattern.flags.replace(/[gy]/g, '')))?.[0]?.slice(0, MOST_TEXT)
}

function shorten(text: string): string {
  const line = text.replace(/\s+/g, ' ').trim()
  return line.length <= 60 ? line : `${line.slice(0, 57)}...`
}
