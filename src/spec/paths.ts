/** Paths into kp.yaml: `['nodePools', 0, 'min']` is `nodePools[0].min`. */

/** Keys of maps and indexes of lists, from the top. */
export type Path = readonly (string | number)[]

/** Writes a path as people read it. */
export function formatPath(path: Path): string {
  return path.map((part, i) => (typeof part === 'number' ? `[${part}]` : i === 0 ? part : `.${part}`)).join('')
}

/** Whether one path is the other or lies below it. */
export function related(a: Path, b: Path): boolean {
  const length = Math.min(a.length, b.length)
  for (let i = 0; i < length; i++) if (a[i] !== b[i]) return false
  return true
}

/** Whether a value is a plain map. */
export function isMap(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** The value at a path of a plain value; undefined when there is none. */
export function valueAt(value: unknown, path: Path): unknown {
  let here = value
  for (const part of path) {
    if (Array.isArray(here) && typeof part === 'number') here = here[part]
    else if (isMap(here) && Object.hasOwn(here, part)) here = here[part]
    else return undefined
  }
  return here
}

/** Deletes what is at a path of a plain value, in place. Returns whether there was something. */
export function deleteAt(value: unknown, path: Path): boolean {
  const parent = valueAt(value, path.slice(0, -1))
  const last = path.at(-1)
  if (last === undefined || !isMap(parent) || !Object.hasOwn(parent, last)) return false
  return delete parent[last]
}
