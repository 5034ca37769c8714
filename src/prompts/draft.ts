/** Sets and removes fields of a kp.yaml that is being made, in place. */
import {deleteAt, isMap, valueAt, type Path} from '../spec/paths.ts'

/** Sets a field; maps on the way are made. */
export function setAt(root: Record<string, unknown>, path: Path, value: unknown): void {
  let here: Record<string | number, unknown> = root
  for (const part of path.slice(0, -1)) {
    const next = here[part]
    if (typeof next !== 'object' || next === null) here[part] = {}
    here = here[part] as Record<string | number, unknown>
  }
  here[path.at(-1) ?? ''] = value
}

/** Removes a field, and the maps that are empty without it. */
export function removeAt(root: Record<string, unknown>, path: Path): void {
  if (!deleteAt(root, path)) return
  for (let depth = path.length - 1; depth > 0; depth--) {
    const upper = valueAt(root, path.slice(0, depth))
    if (!isMap(upper) || Object.keys(upper).length > 0) return
    deleteAt(root, path.slice(0, depth))
  }
}
