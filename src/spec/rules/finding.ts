/** Makes the findings of the rules. */
import type {Problem} from '../issues.ts'
import type {Path} from '../paths.ts'
import type {EnvironmentSpec} from '../types.ts'

/** Looks at one resolved environment; paths in its findings are those of the merged document. */
export type Rule = (spec: EnvironmentSpec) => Problem[]

/** An error about a field; `also` are other fields that it is about. */
export function wrong(path: Path, message: string, ...also: Path[]): Problem {
  return {path, message, severity: 'error', at: 'value', missing: false, also}
}

/** A warning about a field. */
export function doubt(path: Path, message: string, ...also: Path[]): Problem {
  return {...wrong(path, message, ...also), severity: 'warning'}
}

/** Names that occur more than once, with the indexes of the later ones. */
export function repeated(names: readonly string[]): {index: number; name: string}[] {
  return names.flatMap((name, index) => (names.indexOf(name) < index ? [{index, name}] : []))
}
