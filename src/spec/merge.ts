/** Lays an environment's overrides over the sections that all environments share. */
import {didYouMean} from '../engine/spelling.ts'
import {defaultNodePools} from './default-pools.ts'
import type {Problem} from './issues.ts'
import {isMap, valueAt, type Path} from './paths.ts'
import {BODY_KEYS} from './schema/platform.ts'
import type {EnvironmentEntry, PlatformSpec, ProviderType} from './types.ts'

/** Unions where another `type` means another set of fields: the override replaces instead of merging. */
const TAGGED = ['provider', 'phases.logging.backend']

/** The merged sections, not yet checked, and what could not be merged (paths below the environment's entry). */
export interface Merged {
  body: Record<string, unknown>
  problems: Problem[]
}

/** Merges one environment. Neither input is changed. */
export function mergeEnvironment(spec: PlatformSpec, entry: EnvironmentEntry): Merged {
  const problems: Problem[] = []
  const body: Record<string, unknown> = {}
  for (const key of BODY_KEYS) {
    const base = key === 'nodePools' ? undefined : spec[key]
    const value = key === 'nodePools' ? undefined : mergeValues(base, entry[key], [key])
    if (value !== undefined) body[key] = value
  }
  const type = valueAt(body, ['provider', 'type'])
  body['nodePools'] = mergePools(spec.nodePools ?? defaultNodePools(type as ProviderType), entry.nodePools, problems)
  if (entry.issuer !== undefined) setIssuer(body, entry, problems)
  return {body, problems}
}

/** Maps are merged, anything else is replaced. */
export function mergeValues(base: unknown, over: unknown, path: Path = []): unknown {
  if (over === undefined) return structuredClone(base)
  if (!isMap(base) || !isMap(over)) return structuredClone(over)
  if (TAGGED.includes(path.join('.')) && over['type'] !== undefined && over['type'] !== base['type']) return structuredClone(over)
  const result: Record<string, unknown> = {}
  for (const key of new Set([...Object.keys(base), ...Object.keys(over)])) {
    result[key] = mergeValues(base[key], over[key], [...path, key])
  }
  return result
}

function mergePools(base: unknown[], over: unknown, problems: Problem[]): unknown {
  if (over === undefined) return structuredClone(base)
  if (Array.isArray(over)) return structuredClone(over)
  const refuse = (path: Path, message: string) => problems.push({path, message, severity: 'error', at: 'key', missing: false})
  if (!isMap(over)) {
    refuse(['nodePools'], 'must be a map by pool name, or a list that replaces all pools')
    return structuredClone(base)
  }
  const names = base.map((pool) => String((pool as {name?: unknown}).name))
  for (const [name, change] of Object.entries(over)) {
    if (!names.includes(name)) refuse(['nodePools', name], `is not one of nodePools (${names.join(', ')})${didYouMean(name, names)}`)
    else if (change !== null && !isMap(change)) refuse(['nodePools', name], 'must be a map, or null for no such pool')
    else if (isMap(change) && 'name' in change) refuse(['nodePools', name, 'name'], 'cannot be changed by an environment')
  }
  return base.flatMap((pool, i) => {
    const change = over[names[i] ?? '']
    if (change === null) return []
    return [mergeValues(pool, isMap(change) ? change : undefined)]
  })
}

function setIssuer(body: Record<string, unknown>, entry: EnvironmentEntry, problems: Problem[]): void {
  const own = valueAt(entry.phases, ['cert-manager', 'issuer'])
  if (own !== undefined && own !== entry.issuer) {
    problems.push({path: ['issuer'], message: 'is given twice: here and in phases.cert-manager.issuer', severity: 'error', at: 'key', missing: false})
    return
  }
  body['phases'] = mergeValues(body['phases'], {'cert-manager': {issuer: entry.issuer}})
}
