/** What the tests of kp.yaml share. */
import {KpError} from '../../../src/engine/errors.ts'
import {parseSpec} from '../../../src/spec/load.ts'
import {resolveEnvironment} from '../../../src/spec/resolve.ts'
import type {EnvironmentSpec} from '../../../src/spec/types.ts'

/** The shortest kp.yaml; three lines. */
export const MINIMAL = 'apiVersion: kp.dev/v1alpha1\nkind: Platform\nmetadata: {name: acme}\n'

/** A platform on EKS that is valid. */
export const EKS = `${MINIMAL}provider: {type: eks, region: eu-central-1}\ndomain: acme.io\nemail: ops@acme.io\n`

/** The error that reading this text ends in. */
export function errorOf(text: string | Uint8Array): KpError {
  try {
    parseSpec('/somewhere/kp.yaml', text)
  } catch (error) {
    if (error instanceof KpError) return error
    throw error
  }
  throw new Error('the text was accepted')
}

/** All problems of a text, as a person sees them. */
export function problems(text: string | Uint8Array): string[] {
  return errorOf(text).details
}

/** The problems of the minimal kp.yaml with these lines added; line 4 is their first. */
export function problemsWith(lines: string, base = MINIMAL): string[] {
  return problems(base + lines)
}

/** The warnings of the minimal kp.yaml with these lines added. */
export function warningsWith(lines: string, base = MINIMAL): string[] {
  return parseSpec('kp.yaml', base + lines).warnings
}

/** One environment of a text. */
export function resolved(text: string, name?: string): EnvironmentSpec {
  return resolveEnvironment(parseSpec('kp.yaml', text).spec, name)
}

/** Numbers that look random and are the same in every run. */
export function seeded(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return state / 2 ** 32
  }
}
