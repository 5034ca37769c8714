/** The result of a teardown. Pure. */
import type {DestroyResult} from './results.ts'

interface Thing {
  kind: string
  id: string
  name?: string | undefined
  because: string
  monthly: number
}

/** What it is made of. */
export interface DestroyFacts {
  environment: {name: string; cluster: string}
  /** Undefined where there was nothing to do. */
  outcome: {
    quiet: {off: string[]}
    destroyed: {stack: string; goes: {address: string; monthly: number}[]}[]
    removed: Thing[]
    held: Thing[]
    backup?: string
  } | undefined
  audit: {found: (Thing & {remove: string})[]; kept: Thing[]; unseen: {what: string; why: string}[]}
  durationMs: number
}

/** Makes it. */
export function destroyResult({environment, outcome, audit, durationMs}: DestroyFacts): DestroyResult {
  const held = new Set(outcome?.held.map(({id}) => id))
  const destroyed = outcome?.destroyed ?? []
  const removed = outcome?.removed ?? []
  const saved = destroyed.flatMap(({goes}) => goes).reduce((sum, {monthly}) => sum + monthly, 0) + removed.reduce((sum, {monthly}) => sum + monthly, 0)
  return {
    schema: 'kp/destroy/v1',
    environment: environment.name,
    cluster: environment.cluster,
    ...(outcome?.backup === undefined ? {} : {backup: outcome.backup}),
    switchedOff: outcome?.quiet.off ?? [],
    destroyed: destroyed.map(({stack, goes}) => ({stack, resources: goes.map(({address}) => address)})),
    removed: removed.map(plain),
    saved: Math.round(saved * 100) / 100,
    kept: audit.kept.map(plain),
    left: audit.found.map((thing) => ({...plain(thing), remove: thing.remove, holdsNetwork: held.has(thing.id)})),
    unseen: audit.unseen,
    durationMs,
  }
}

function plain({kind, id, name, because, monthly}: Thing): {kind: string; id: string; name?: string; because: string; monthly: number} {
  return {kind, id, ...(name === undefined ? {} : {name}), because, monthly}
}
