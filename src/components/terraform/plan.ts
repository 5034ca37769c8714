/** A saved plan of terraform in kp's words: what differs, by resource and field. Pure. */
import type {Difference, ProbeState} from '../../engine/types.ts'
import {monthlyOfResources} from './cost.ts'

interface Change {
  actions: string[]
  before: unknown
  after: unknown
  after_unknown?: unknown
  before_sensitive?: unknown
  after_sensitive?: unknown
}

interface ResourceChange {
  address: string
  mode?: string
  type: string
  change: Change
}

/** What of `terraform show -json` is used. */
export interface PlanJson {
  resource_changes?: ResourceChange[]
  resource_drift?: ResourceChange[]
  output_changes?: Record<string, {actions: string[]}>
}

/** A plan. */
export interface PlanSummary {
  state: ProbeState
  /** "12 to add, 1 to change, 0 to destroy". */
  counts: string
  differences: Difference[]
  /** The short diff. */
  lines: string[]
  /** Addresses of what goes, also of what is replaced, with their types and what they cost a month. */
  goes: {address: string; type: string; replaced: boolean; monthly: number}[]
  /** Dollars a month of everything in the stack, before and after. */
  monthly: {before: number; after: number}
}

/** Fields that repeat what another one says. */
const ECHOES = new Set(['tags_all'])
const MOST_FIELDS = 8
const LONGEST_VALUE = 60

/** Reads a plan. */
export function summarizePlan(plan: PlanJson, region: string): PlanSummary {
  const changes = (plan.resource_changes ?? []).filter(({mode, change}) => mode !== 'data' && kindOf(change.actions) !== 'nothing')
  const drifted = new Map((plan.resource_drift ?? []).map(({address, change}) => [address, kindOf(change.actions)]))
  const of = (...kinds: Kind[]): ResourceChange[] => changes.filter(({change}) => kinds.includes(kindOf(change.actions)))
  const outputs = Object.entries(plan.output_changes ?? {}).filter(([, {actions}]) => kindOf(actions) !== 'nothing')
  const [adds, updates, replaces, deletes] = [of('create'), of('update'), of('replace'), of('delete')]
  const outside = changes.filter(({address}) => drifted.has(address)).length
  const managed = (plan.resource_changes ?? []).filter(({mode}) => mode !== 'data')
  const prices = monthlyOfResources(managed.map(({address, type, change}) => ({address, type, values: change.before})), region)
  const later = monthlyOfResources(managed.map(({address, type, change}) => ({address, type, values: change.after})), region)
  const somethingWasThere = updates.length + replaces.length + deletes.length > 0 || adds.some(({address}) => drifted.get(address) === 'delete')
  return {
    state: changes.length === 0 && outputs.length === 0 ? 'satisfied' : somethingWasThere || changes.length === 0 ? 'drifted' : 'absent',
    counts: `${adds.length + replaces.length} to add, ${updates.length} to change, ${deletes.length + replaces.length} to destroy${outside === 0 ? '' : ` (${outside} changed outside of kp)`}`,
    differences: changes.flatMap(differencesOf),
    lines: [...changes.flatMap(linesOf), ...(changes.length === 0 ? outputs.map(([name]) => `~ output ${name}`) : [])],
    goes: [...deletes, ...replaces].map(({address, type, change}) => ({address, type, replaced: kindOf(change.actions) === 'replace', monthly: prices.get(address) ?? 0})),
    monthly: {before: sum(prices), after: sum(later)},
  }
}

function sum(prices: ReadonlyMap<string, number>): number {
  return [...prices.values()].reduce((total, dollars) => total + dollars, 0)
}

type Kind = 'create' | 'update' | 'replace' | 'delete' | 'nothing'

function kindOf(actions: readonly string[]): Kind {
  if (actions.includes('create') && actions.includes('delete')) return 'replace'
  const [first = ''] = actions
  return first === 'create' || first === 'update' || first === 'delete' ? first : 'nothing'
}

const SIGNS: Record<Kind, string> = {create: '+', update: '~', replace: '-/+', delete: '-', nothing: ''}

function linesOf({address, change}: ResourceChange): string[] {
  const kind = kindOf(change.actions)
  const fields = kind === 'update' || kind === 'replace' ? fieldsOf(change) : []
  const more = fields.length > MOST_FIELDS ? [`    and ${fields.length - MOST_FIELDS} more`] : []
  return [`${SIGNS[kind]} ${address}`, ...fields.slice(0, MOST_FIELDS).map(({field, seen, wanted}) => `    ${field}: ${seen ?? 'nothing'} -> ${wanted ?? 'nothing'}`), ...more]
}

function differencesOf({address, change}: ResourceChange): Difference[] {
  const kind = kindOf(change.actions)
  if (kind === 'create') return [{object: address}]
  if (kind === 'delete') return [{object: address, seen: 'is no longer wanted'}]
  const fields = fieldsOf(change)
  return fields.length === 0 ? [{object: address, seen: 'is not as planned'}] : fields.map((one) => ({object: address, ...one}))
}

interface FieldChange {
  field: string
  wanted?: string
  seen?: string
}

/** The leaves that differ, without those whose value is known only afterwards. */
function fieldsOf(change: Change): FieldChange[] {
  const found: FieldChange[] = []
  walk([], change.before, change.after, change.after_unknown, [change.before_sensitive, change.after_sensitive], found)
  return found
}

function walk(path: string[], before: unknown, after: unknown, unknown: unknown, secret: [unknown, unknown], found: FieldChange[]): void {
  if (path.length === 1 && ECHOES.has(path[0] ?? '')) return
  if (secret[0] === true || secret[1] === true) {
    if (!same(before, after)) found.push({field: fieldName(path), wanted: '(sensitive)', seen: '(sensitive)'})
    return
  }
  // What AWS decides anew follows from the fields that are named.
  if (unknown === true) return
  if (isTree(before) && isTree(after)) {
    for (const key of new Set([...Object.keys(before), ...Object.keys(after)])) {
      walk([...path, key], at(before, key), at(after, key), at(unknown, key), [at(secret[0], key), at(secret[1], key)], found)
    }
    return
  }
  if (same(before, after)) return
  found.push({field: fieldName(path), ...(isNothing(after) ? {} : {wanted: show(after)}), ...(isNothing(before) ? {} : {seen: show(before)})})
}

function isTree(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null
}

function at(value: unknown, key: string): unknown {
  return isTree(value) ? value[key] : undefined
}

function isNothing(value: unknown): boolean {
  return value === undefined || value === null
}

function same(one: unknown, other: unknown): boolean {
  return (isNothing(one) && isNothing(other)) || JSON.stringify(one) === JSON.stringify(other)
}

function show(value: unknown): string {
  const text = typeof value === 'string' ? value : JSON.stringify(value)
  return text.length > LONGEST_VALUE ? `${text.slice(0, LONGEST_VALUE - 1)}…` : text
}

function fieldName(path: string[]): string {
  return path.map((part, index) => (/^\d+$/.test(part) ? `[${part}]` : index === 0 ? part : `.${part}`)).join('')
}
