/** Finds everything that is wrong with a kp.yaml, each with its place. */
import {fillEnvironment} from './fill.ts'
import {check, type Problem} from './issues.ts'
import {mergeEnvironment} from './merge.ts'
import {deleteAt, isMap, valueAt, type Path} from './paths.ts'
import {place, placeMerged, type PlacedProblem, type Source} from './place.ts'
import {applyRules, plainSecretRules, platformRules} from './rules.ts'
import {API_VERSION, bodySchema, platformSchema} from './schema/platform.ts'
import type {EnvironmentEntry, PlatformSpec} from './types.ts'

/** What came of a kp.yaml: the platform where its structure is sound, and all problems in the order of the file. */
export interface Validation {
  spec: PlatformSpec | undefined
  problems: PlacedProblem[]
}

const ROUNDS = 10

/**
 * Checks a plain value that was read from a document.
 * What is wrong is taken out and the rest is looked at again, so that a spelling
 * mistake in one place does not hide a conflict in another.
 */
export function validate(value: unknown, source: Source): Validation {
  if (!isMap(value)) {
    const message = `kp.yaml must be a map that begins with apiVersion: ${API_VERSION}`
    return {spec: undefined, problems: [{severity: 'error', position: {line: 1, column: 1}, field: '', message}]}
  }
  const placed: PlacedProblem[] = []
  const base = checkAndRepair(platformSchema, value, repairPlatform)
  placed.push(...base.problems.map((problem) => place(problem, source)))
  placed.push(...plainSecretRules(value).map((problem) => place(problem, source)))
  if (base.data !== undefined) {
    const spec = withEnvironments(base.data)
    placed.push(...platformRules(spec).map((problem) => place(problem, source)))
    spec.environments.forEach((entry, index) => placed.push(...environmentProblems(spec, entry, index, base.removed, source)))
  }
  const broken = placed.some(({severity}) => severity === 'error')
  return {spec: broken || base.data === undefined ? undefined : withEnvironments(base.data), problems: inOrder(placed)}
}

/** Fills in the environments of a platform that names none, and the name of each cluster. */
export function withEnvironments(platform: Omit<PlatformSpec, 'environments'> & {environments?: unknown}): PlatformSpec {
  const {name} = platform.metadata
  const written = platform.environments as EnvironmentEntry[] | undefined
  const first = {name: platform.provider.type === 'lab' ? 'lab' : 'default', cluster: name, protected: false}
  const environments = written?.map((entry) => ({...entry, cluster: (entry.cluster) ?? `${name}-${entry.name}`}))
  return {...platform, environments: environments ?? [first]}
}

function environmentProblems(spec: PlatformSpec, entry: EnvironmentEntry, index: number, doubtful: Path[], source: Source): PlacedProblem[] {
  const merged = mergeEnvironment(spec, entry)
  const own = merged.problems.map((problem) => place({...problem, path: ['environments', index, ...problem.path]}, source))
  const body = checkAndRepair(bodySchema, merged.body, (root, path) => deleteAt(root, wholeLists(path)))
  const found = [...body.problems]
  if (body.data !== undefined) {
    const refused = merged.problems.map(({path}) => path)
    const earlier = doubtful.flatMap((path) => mergedPath(path, index))
    found.push(...applyRules(fillEnvironment(spec, entry, body.data), body.data, [...earlier, ...body.removed, ...refused]))
  }
  return [...own, ...found.map((problem) => placeMerged(problem, index, entry, merged, source))]
}

interface Checked<T> {
  data: T | undefined
  problems: Problem[]
  removed: Path[]
}

type Schema<T> = Parameters<typeof check>[0] & {_zod: {output: T}}

function checkAndRepair<T>(schema: Schema<T>, value: unknown, remove: (root: Record<string, unknown>, path: Path) => boolean): Checked<T> {
  const root = structuredClone(value) as Record<string, unknown>
  const removed: Path[] = []
  let problems: Problem[] | undefined
  for (let round = 0; round < ROUNDS; round++) {
    const result = check(schema, root)
    if ('data' in result) return {data: result.data, problems: problems ?? [], removed}
    problems ??= result.problems
    for (const problem of result.problems) {
      const path = problem.missing ? problem.path.slice(0, -1) : problem.path
      removed.push(path)
      remove(root, path)
    }
  }
  return {data: undefined, problems: problems ?? [], removed}
}

/** Taking out one item would shift the others, so the list goes as a whole. */
function wholeLists(path: Path): Path {
  const index = path.findIndex((part) => typeof part === 'number')
  return index < 0 ? path : path.slice(0, index)
}

/** Takes a wrong field out of the document, or puts something in place that only serves to look at the rest. */
function repairPlatform(root: Record<string, unknown>, path: Path): boolean {
  if (path.length === 0 || path[0] === 'apiVersion' || path[0] === 'kind' || path[0] === 'metadata') {
    const name = valueAt(root, ['metadata', 'name'])
    const known = path.length === 0 || path[1] === undefined || path[1] === 'name' ? 'platform' : name
    Object.assign(root, {apiVersion: API_VERSION, kind: 'Platform', metadata: {name: known}})
    return true
  }
  const [section, index] = path
  if (section === 'environments' && typeof index === 'number') return repairEntry(root, index, path[2])
  return deleteAt(root, wholeLists(path))
}

function repairEntry(root: Record<string, unknown>, index: number, key: string | number | undefined): boolean {
  const entries = root['environments'] as unknown[]
  const entry = entries[index]
  if (isMap(entry) && key !== undefined && key !== 'name') return deleteAt(entry, [key])
  entries[index] = {...(isMap(entry) ? entry : {}), name: `e${index}`}
  return true
}

/** Fields of an environment's entry as fields of the merged sections. */
function mergedPath(path: Path, index: number): Path[] {
  if (path[0] !== 'environments') return [path]
  if (path[1] !== index) return []
  return [path[2] === 'issuer' ? ['phases', 'cert-manager', 'issuer'] : path.slice(2)].filter((rest) => rest.length > 0)
}

/** In the order of the file, each once; of a value that must not be shown one word is enough. */
function inOrder(problems: PlacedProblem[]): PlacedProblem[] {
  const seen = new Set<string>()
  return problems
    .filter(({position: {line, column}, message}) => {
      const key = `${line}:${column}:${message.includes('not shown') ? '' : message}`
      return !seen.has(key) && seen.add(key) !== undefined
    })
    .toSorted((a, b) => a.position.line - b.position.line || a.position.column - b.position.column)
}
