/** Reads which file of `src/` imports what. */
import {readFileSync, readdirSync} from 'node:fs'
import {dirname, join, relative} from 'node:path'
import {PROJECT} from './run-kp.ts'

/** One import of one file. */
export interface Import {
  /** From the project's folder: `src/steps/index.ts`. */
  from: string
  /** The file that is imported, from the project's folder; or the specifier of a package. */
  to: string
  /** Whether it leaves nothing in the JavaScript. */
  typeOnly: boolean
}

const STATEMENT = /^(?:import|export)\s+(type\s+)?(?:[^'";]*?\sfrom\s+)?'([^']+)'/gm
const DYNAMIC = /\bimport\('([^']+)'\)/g

/** Every TypeScript file below `src/`. */
export function sourceFiles(): string[] {
  const names = readdirSync(join(PROJECT, 'src'), {recursive: true, encoding: 'utf8'})
  return names.filter((name) => name.endsWith('.ts')).map((name) => join('src', name)).toSorted()
}

/** The imports of all sources. */
export function readImports(): Import[] {
  return sourceFiles().flatMap((file) => importsOf(file, readFileSync(join(PROJECT, file), 'utf8')))
}

/** The imports in the text of one file. */
export function importsOf(file: string, text: string): Import[] {
  const found = [
    ...[...text.matchAll(STATEMENT)].map(([, type, to = '']) => ({to, typeOnly: type !== undefined})),
    ...[...text.matchAll(DYNAMIC)].map(([, to = '']) => ({to, typeOnly: false})),
  ]
  return found.map(({to, typeOnly}) => ({from: file, to: to.startsWith('.') ? relative('.', join(dirname(file), to)) : to, typeOnly}))
}

/** The circles: groups of files that reach each other. Types count too: two files that need each other's types are one idea. */
export function findCircles(imports: Import[]): string[][] {
  const edges = new Map<string, string[]>()
  for (const {from, to} of imports) edges.set(from, [...(edges.get(from) ?? []), to])
  const reach = (start: string): Set<string> => {
    const seen = new Set<string>()
    const open = [...(edges.get(start) ?? [])]
    for (let next = open.pop(); next !== undefined; next = open.pop()) {
      if (seen.has(next)) continue
      seen.add(next)
      open.push(...(edges.get(next) ?? []))
    }
    return seen
  }
  const reached = new Map([...edges.keys()].map((file) => [file, reach(file)]))
  const circles = new Map<string, string[]>()
  for (const [file, files] of reached) {
    if (!files.has(file)) continue
    const circle = [...files].filter((other) => reached.get(other)?.has(file) === true).toSorted()
    circles.set(circle.join(' '), circle)
  }
  return [...circles.values()]
}
