/** What kp tells a person of a failure, however it was found. */
import {expect} from 'vitest'
import {KpError} from '../../src/engine/errors.ts'
import type {CheckReport} from '../../src/engine/types.ts'
import {fixLines} from '../../src/ui/render-common.ts'
import {pitfallsOf} from '../../src/operations/explain-error.ts'
import type {Finding} from '../../src/operations/diagnose/findings.ts'
import {phases} from '../../src/steps/index.ts'
import {errorBodyOf, verifyResult} from '../../src/ui/make-results.ts'
import {renderError} from '../../src/ui/render-error.ts'
import {renderVerify} from '../../src/ui/render-verify.ts'
import type {KpResult} from './run-kp.ts'

/** The codes that it names, the most fitting first, and the whole text. */
export interface Told {
  codes: string[]
  text: string
  /** The steps of the fix, where they were fitted to an object: what does not concern it is left out. */
  steps?: string[]
}

const PITFALLS = new Map(phases.flatMap(({pitfalls}) => pitfalls).map((pitfall) => [pitfall.code, pitfall]))
const LOOK = {columns: 200, colour: false, unicode: true}
const WORDS = {pitfall: (code: string) => PITFALLS.get(code)}

/** What a command says that ends with this error. */
export function toldOfError(error: KpError, failedChecks: readonly string[] = []): Told {
  error.pitfalls = [...new Set([...error.pitfalls, ...pitfallsOf(phases, error, failedChecks)])]
  return {codes: error.pitfalls, text: renderError(errorBodyOf(error), LOOK, WORDS)}
}

/** What is said of a program that failed like this. */
export function toldOfOutput(tool: string, exitCode: number | undefined, output: string): Told {
  const last = output.trimEnd().split('\n').at(-1) ?? ''
  return toldOfError(new KpError({code: 'TOOL_FAILED', message: `${tool} ended with exit code ${exitCode ?? 1}: ${last}`, tool: {name: tool, command: tool, exitCode, output}}))
}

/** What `kp verify` says of a check that found this. */
export function toldOfCheck(report: CheckReport): Told {
  return {codes: report.pitfalls, text: renderVerify(verifyResult({environment: 'dev', cluster: {name: 'acme-dev', uid: null, version: null, simulated: false}, reports: [report]}), LOOK, WORDS)}
}

/** What `kp diagnose` found. */
export function toldOfFindings(findings: readonly Finding[]): Told {
  return {codes: findings.map(({code}) => code), text: findings.flatMap(({fix}) => fixLines(fix, LOOK, '')).join('\n'), steps: (findings[0]?.fix ?? []).map(({text}) => text)}
}

/** What a kp that ran printed. */
export function toldByKp({stdout, stderr}: Pick<KpResult, 'stdout' | 'stderr'>): Told {
  const text = `${stdout}\n${stderr}`
  return {codes: [...new Set(text.match(/\bKP\d{4}\b/g))], text}
}

/** Line breaks of a narrow terminal taken out. */
const plain = (text: string): string => text.replaceAll(/\\\n/g, ' ').replaceAll(/\s+/g, ' ')

/** Holds that the failure is named first, with the fix that its documentation has. */
export function expectAnswer({codes, text, steps}: Told, code: string): void {
  expect(codes[0], text.slice(-4000)).toBe(code)
  if (steps !== undefined) {
    expect(steps.length).toBeGreaterThan(0)
    expect((PITFALLS.get(code)?.fix ?? []).map((step) => step.text)).toEqual(expect.arrayContaining(steps))
    return
  }
  const said = plain(text)
  for (const {text: what, command} of PITFALLS.get(code)?.fix ?? []) {
    expect(said).toContain(plain(what))
    if (command !== undefined) expect(said).toContain(plain(command))
  }
}
