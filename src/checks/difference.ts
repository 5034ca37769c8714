/** What differs between two objects, and which fields somebody set by hand. Pure functions. */
import type {KubeObject} from '../tools/kube-api.ts'

/** A step of a path: a key, or the index of a list. */
export type PathPart = string | number

/** One field that differs. */
export interface FieldDifference {
  path: PathPart[]
  /** The path as a person reads it: `spec.template.spec.containers[cert-manager].image`. */
  field: string
  wanted: unknown
  seen: unknown
  /** True where the field was set by hand and is not wanted at all. */
  surplus: boolean
  /** Who set it by hand, where known. */
  by?: string
}

/** Metadata that the server writes; everything in it changes without anybody changing the object. */
const SERVER_METADATA = new Set(['managedFields', 'resourceVersion', 'generation', 'uid', 'creationTimestamp', 'deletionTimestamp', 'deletionGracePeriodSeconds', 'selfLink'])

/** Annotations that the server writes: a number that it counts up at each change. */
const SERVER_ANNOTATIONS = new Set(['deprecated.daemonset.template.generation'])

/** Field managers of tools that people use by hand. Controllers that add fields are not drift. */
const BY_HAND = /^(kubectl|helm|k9s|lens|openlens|headlamp|mozilla|node-fetch|curl)/i

/**
 * The fields in which the live object differs from what the server would make of an apply.
 * @param live as it is
 * @param merged the server's answer to a dry-run apply of what is wanted
 */
export function compareObjects(live: KubeObject, merged: KubeObject): FieldDifference[] {
  const differences: FieldDifference[] = []
  compare(stripped(merged), stripped(live), [], '', differences)
  return differences
}

function stripped(object: KubeObject): unknown {
  const {status: _status, metadata, ...rest} = object
  const {annotations, ...own} = Object.fromEntries(Object.entries(metadata).filter(([key]) => !SERVER_METADATA.has(key)))
  if (annotations === undefined) return {...rest, metadata: own}
  return {...rest, metadata: {...own, annotations: Object.fromEntries(Object.entries(annotations as object).filter(([key]) => !SERVER_ANNOTATIONS.has(key)))}}
}

function compare(wanted: unknown, seen: unknown, path: PathPart[], field: string, into: FieldDifference[]): void {
  if (Array.isArray(wanted) && Array.isArray(seen) && namesOf(wanted) !== undefined && namesOf(seen) !== undefined) {
    for (const item of wanted as {name: string}[]) {
      const index = (seen as {name: string}[]).findIndex((other) => other.name === item.name)
      compare(item, index === -1 ? undefined : seen[index], [...path, index === -1 ? seen.length : index], `${field}[${item.name}]`, into)
    }
    for (const [index, item] of (seen as {name: string}[]).entries()) {
      if (!(wanted as {name: string}[]).some((other) => other.name === item.name)) compare(undefined, item, [...path, index], `${field}[${item.name}]`, into)
    }
    return
  }
  if (Array.isArray(wanted) && Array.isArray(seen) && wanted.length === seen.length) {
    for (const [index, item] of wanted.entries()) compare(item, seen[index], [...path, index], `${field}[${index}]`, into)
    return
  }
  if (isMap(wanted) && isMap(seen)) {
    for (const key of new Set([...Object.keys(wanted), ...Object.keys(seen)])) {
      compare(wanted[key], seen[key], [...path, key], joinField(field, key), into)
    }
    return
  }
  if (JSON.stringify(wanted) !== JSON.stringify(seen)) into.push({path, field, wanted, seen, surplus: false})
}

/** `name` of every item where all have one and none twice. */
function namesOf(list: unknown[]): string[] | undefined {
  const names = list.map((item) => (isMap(item) && typeof item['name'] === 'string' ? item['name'] : undefined))
  if (names.includes(undefined) || new Set(names).size !== names.length) return undefined
  return names as string[]
}

function isMap(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function joinField(field: string, key: string): string {
  const part = /^[\w-]+$/.test(key) ? key : `["${key}"]`
  return field === '' ? part : part.startsWith('[') ? `${field}${part}` : `${field}.${part}`
}

/**
 * Fields that somebody set by hand (with kubectl, helm, a dashboard) and that are not wanted:
 * a server-side apply leaves them alone, so they are found by who owns them.
 * Labels and annotations that were only added are nobody's drift.
 */
export function fieldsSetByHand(live: KubeObject, wanted: KubeObject): FieldDifference[] {
  const found = new Map<string, FieldDifference>()
  for (const entry of live.metadata.managedFields ?? []) {
    // What a release applies is not by hand; what a person applies with kubectl is.
    const byHand = entry.subresource === undefined && BY_HAND.test(entry.manager) && (entry.operation === 'Update' || entry.manager.startsWith('kubectl'))
    if (!byHand || entry.fieldsV1 === undefined) continue
    walkOwned(entry.fieldsV1, wanted, live, [], '', (path, field, seen) => {
      if (isHarmless(path)) return
      found.set(field, {path, field, wanted: undefined, seen, surplus: true, by: entry.manager})
    })
  }
  return [...found.values()]
}

function walkOwned(owned: Record<string, unknown>, wanted: unknown, live: unknown, path: PathPart[], field: string, report: (path: PathPart[], field: string, seen: unknown) => void): void {
  for (const [key, below] of Object.entries(owned)) {
    if (key === '.') continue
    const next = step(key, wanted, live)
    if (next === undefined || next.live === undefined) continue
    const nextPath = [...path, next.part]
    const nextField = typeof next.part === 'number' ? `${field}[${next.label}]` : joinField(field, next.part)
    if (next.wanted === undefined) {
      const inside = Object.keys(below as object).filter((one) => one !== '.')
      const ownsAll = inside.length === 0 || '.' in (below as object)
      // A map that came with nothing but an operation's mark is that mark.
      if (ownsAll && inside.length > 0 && inside.every((one) => one.startsWith('f:') && isHarmless([...nextPath, one.slice(2)]))) continue
      if (ownsAll) {
        report(nextPath, nextField, next.live)
        continue
      }
    }
    walkOwned(below as Record<string, unknown>, next.wanted, next.live, nextPath, nextField, report)
  }
}

function step(key: string, wanted: unknown, live: unknown): {part: PathPart; label: string; wanted: unknown; live: unknown} | undefined {
  if (key.startsWith('f:')) {
    const name = key.slice(2)
    return {part: name, label: name, wanted: isMap(wanted) ? wanted[name] : undefined, live: isMap(live) ? live[name] : undefined}
  }
  if (!Array.isArray(live)) return undefined
  const keys = key.startsWith('k:') ? (JSON.parse(key.slice(2)) as Record<string, unknown>) : {}
  const matches = key.startsWith('k:') ? matchKeys(keys) : key.startsWith('v:') ? matchValue(key.slice(2)) : undefined
  if (matches === undefined) return undefined
  const index = live.findIndex(matches)
  if (index === -1) return undefined
  const item = live[index] as unknown
  const label = isMap(item) && typeof item['name'] === 'string' ? item['name'] : String(index)
  const same: unknown = Array.isArray(wanted) ? wanted.find(matches) : undefined
  // What an item is known by is wanted with it, also where only the server wrote it down.
  return {part: index, label, wanted: isMap(same) ? {...keys, ...same} : same, live: item}
}

function matchKeys(keys: Record<string, unknown>): (item: unknown) => boolean {
  // A key that is not written down has its default: a port's protocol is TCP.
  return (item) => isMap(item) && Object.entries(keys).every(([key, value]) => item[key] === value || (item[key] === undefined && key === 'protocol' && value === 'TCP'))
}

function matchValue(text: string): (item: unknown) => boolean {
  return (item) => JSON.stringify(item) === text
}

function isHarmless(path: PathPart[]): boolean {
  if (path[0] === 'status') return true
  if (path[0] === 'metadata') return true
  // `kubectl cordon` and `kubectl rollout restart` are operations, not changes of what is wanted.
  if (path.length === 2 && path[0] === 'spec' && path[1] === 'unschedulable') return true
  return path.includes('kubectl.kubernetes.io/restartedAt')
}

/**
 * A JSON patch (RFC 6902) that takes surplus fields away; deepest and last first, so that indexes stay right.
 * @param exchange where the server refuses the wanted object beside what was set by hand (a Service cannot have two
 * ports of one name): lists that lose an item get what they lack of the wanted ones, in the same patch
 */
export function removalPatch(differences: FieldDifference[], exchange?: {live: KubeObject; wanted: KubeObject}): PatchOperation[] {
  const paths = differences.filter((difference) => difference.surplus).map((difference) => difference.path).toSorted((a, b) => comparePaths(b, a))
  const removals = paths.map((path) => ({op: 'remove' as const, path: pointer(path)}))
  return exchange === undefined ? removals : [...removals, ...additions(paths, exchange)]
}

/** One operation of a JSON patch. */
export type PatchOperation = {op: 'remove'; path: string} | {op: 'add'; path: string; value: unknown}

function additions(removed: PathPart[][], {live, wanted}: {live: KubeObject; wanted: KubeObject}): PatchOperation[] {
  const lists = new Map(removed.filter((path) => typeof path.at(-1) === 'number').map((path) => [pointer(path.slice(0, -1)), path.slice(0, -1)]))
  return [...lists].flatMap(([list, path]) => {
    const [has, wants] = [valueAt(live, path), valueAt(wanted, path)]
    if (!Array.isArray(has) || !Array.isArray(wants)) return []
    const kept = has.filter((_, index) => !removed.some((one) => pointer(one) === `${list}/${index}`))
    const lacking = wants.filter((item) => !kept.some((other) => isSameItem(item, other)))
    return lacking.map((value): PatchOperation => ({op: 'add', path: `${list}/-`, value}))
  })
}

/** Items of a list are the same where they have the same name; without names, where they are equal. */
function isSameItem(a: unknown, b: unknown): boolean {
  return isMap(a) && isMap(b) && a['name'] !== undefined ? a['name'] === b['name'] : JSON.stringify(a) === JSON.stringify(b)
}

function valueAt(value: unknown, path: PathPart[]): unknown {
  return path.reduce<unknown>((at, part) => (at as Record<PathPart, unknown> | undefined)?.[part], value)
}

function pointer(path: PathPart[]): string {
  return `/${path.map((part) => String(part).replaceAll('~', '~0').replaceAll('/', '~1')).join('/')}`
}

function comparePaths(a: PathPart[], b: PathPart[]): number {
  for (const [index, part] of a.entries()) {
    const other = b[index]
    if (other === undefined) return 1
    if (part === other) continue
    return typeof part === 'number' && typeof other === 'number' ? part - other : String(part).localeCompare(String(other))
  }
  return a.length - b.length
}

/** A value in a difference, short and on one line. */
export function showValue(value: unknown, secret: boolean): string | undefined {
  if (value === undefined) return undefined
  if (secret) return '(secret)'
  const text = typeof value === 'string' ? value : JSON.stringify(value)
  const line = text.replaceAll(/\s+/g, ' ')
  return line.length > 80 ? `${line.slice(0, 77)}...` : line
}
