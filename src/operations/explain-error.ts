/** Which known failures explain an error. */
import type {PlatformPhase} from '../context.ts'
import {matchPitfalls} from '../engine/diagnosis.ts'
import type {KpError, KpErrorInput} from '../engine/errors.ts'

const MOST_CAUSES = 5

/** Codes of the pitfalls that explain an error, the most specific first. @param failedChecks lines, each `id: what it saw` */
export function pitfallsOf(phases: readonly PlatformPhase[], error: KpErrorInput | KpError, failedChecks: readonly string[] = []): string[] {
  const below = causesOf(error.cause)
  // The system's own names of errors are known too: ENOSPC, EROFS.
  const said = [error.message, error.tool?.output ?? '', ...(error.details ?? []), ...below.flatMap(({code}) => (typeof code === 'string' ? [code] : []))].join('\n')
  return matchPitfalls(
    phases.flatMap((phase) => phase.pitfalls),
    {
      checks: failedChecks.map(checkOf),
      ...(error.tool === undefined ? {} : {tool: error.tool.name, ...(error.tool.exitCode === undefined ? {} : {exitCode: error.tool.exitCode})}),
      output: said,
      awsErrors: [...below.map(({name}) => name), ...[...said.matchAll(/\bapi error (\w[\w.]*)/g)].flatMap(([, name]) => name ?? [])],
    },
  ).map((pitfall) => pitfall.code)
}

function checkOf(line: string): {id: string; observed: string} {
  const [id = '', ...rest] = line.split(':')
  return {id, observed: rest.join(':').trim()}
}

/** What was thrown below it: what the SDK of AWS throws is named as AWS names it. */
function causesOf(cause: unknown): (Error & {code?: unknown})[] {
  const causes: Error[] = []
  for (let at = cause; at instanceof Error && causes.length < MOST_CAUSES; at = at.cause) causes.push(at)
  return causes
}
