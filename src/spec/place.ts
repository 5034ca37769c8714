/** Puts each problem where it is written: in an environment's override, or in the sections that all share. */
import {isMap as isYamlMap, isSeq, type Document, type LineCounter} from 'yaml'
import type {Problem} from './issues.ts'
import type {Merged} from './merge.ts'
import {formatPath, valueAt, type Path} from './paths.ts'
import {locate, type Position} from './positions.ts'
import type {EnvironmentEntry} from './types.ts'

/** A problem with its place in the file. */
export interface PlacedProblem {
  severity: 'error' | 'warning'
  position: Position
  /** The field as people read it: `environments[1].network.podCidr`. */
  field: string
  message: string
}

/** The YAML document with its line counter. */
export interface Source {
  document: Document
  lines: LineCounter
}

/** Places a problem whose path is that of the document. */
export function place(problem: Problem, source: Source): PlacedProblem {
  const found = locate(source.document, source.lines, problem.path, problem.at)
  return {severity: problem.severity, position: found.position, field: formatPath(problem.path), message: problem.message}
}

interface Candidate {
  path: Path
  position: Position
  complete: boolean
  own: boolean
}

/**
 * A problem of merged sections is placed at what the environment overrides, where
 * that is part of it, else at the shared section; of several fields at the first
 * that is written. Where that is not the field itself, the message names it.
 */
export function placeMerged(problem: Problem, index: number, entry: EnvironmentEntry, merged: Merged, source: Source): PlacedProblem {
  const fields = [problem.path, ...(problem.also ?? [])]
  const candidates = fields.map((path) => candidate(path, problem.at, index, entry, merged, source))
  const chosen = candidates.find(({complete, own}) => complete && own) ?? candidates.find(({complete}) => complete) ?? candidates[0]
  const prefix = chosen === candidates[0] ? '' : `${formatPath(byPoolName(problem.path, merged))} `
  return {
    severity: problem.severity,
    position: chosen?.position ?? {line: 1, column: 1},
    field: formatPath(chosen?.path ?? problem.path),
    message: prefix + problem.message,
  }
}

function candidate(path: Path, at: 'key' | 'value', index: number, entry: EnvironmentEntry, merged: Merged, {document, lines}: Source): Candidate {
  const own = ownPath(path, index, entry, merged, document)
  const shared = sharedPath(path, merged, document)
  const inOwn = locate(document, lines, own, at)
  const inShared = locate(document, lines, shared, at)
  const ownComplete = inOwn.depth === own.length
  const sharedComplete = inShared.depth === shared.length
  const ownIsNearer = inOwn.depth > 2 && inOwn.depth - 2 >= inShared.depth
  if (ownComplete || (!sharedComplete && ownIsNearer)) return {path: own, position: inOwn.position, complete: ownComplete, own: true}
  return {path: shared, position: inShared.position, complete: sharedComplete, own: false}
}

function ownPath(path: Path, index: number, entry: EnvironmentEntry, merged: Merged, document: Document): Path {
  if (path.join('.') === 'phases.cert-manager.issuer' && entry.issuer !== undefined) return ['environments', index, 'issuer']
  const [section, item, ...rest] = path
  const pools = section === 'nodePools' && typeof item === 'number' ? document.getIn(['environments', index, 'nodePools']) : undefined
  return ['environments', index, ...(isYamlMap(pools) ? ['nodePools', poolName(merged, item), ...rest] : path)]
}

function sharedPath(path: Path, merged: Merged, document: Document): Path {
  const [section, item, ...rest] = path
  if (section !== 'nodePools' || typeof item !== 'number') return path
  const pools = document.get('nodePools')
  const names = isSeq(pools) ? (pools.toJS(document) as {name?: unknown}[]).map((pool) => pool?.name) : []
  const at = names.indexOf(poolName(merged, item))
  return ['nodePools', at < 0 || isSame(names, merged) ? item : at, ...rest]
}

/** Whether merged and written pools are the same list: then indexes need no translation, also where names repeat. */
function isSame(names: unknown[], merged: Merged): boolean {
  const pools = merged.body['nodePools']
  return Array.isArray(pools) && pools.length === names.length && pools.every((pool, i) => (pool as {name?: unknown})?.name === names[i])
}

function byPoolName(path: Path, merged: Merged): Path {
  const [section, item, ...rest] = path
  return section === 'nodePools' && typeof item === 'number' ? [section, poolName(merged, item), ...rest] : path
}

function poolName(merged: Merged, item: unknown): string {
  return String(valueAt(merged.body, ['nodePools', item as number, 'name']) ?? item)
}
