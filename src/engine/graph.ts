/** The order of things that depend on each other. */
import {KpError} from './errors.ts'

/** Something with a name and the names of what comes before it. */
export interface GraphNode {
  id: string
  after: string[]
}

/**
 * Orders nodes so that each comes after what it depends on; ties keep the given order.
 * Names that are not among the nodes are ignored (they are not part of this run).
 * @throws KpError BUG where there is a cycle, naming it
 */
export function orderNodes<T extends GraphNode>(nodes: T[]): T[] {
  const byId = new Map(nodes.map((node) => [node.id, node]))
  const ordered: T[] = []
  const state = new Map<string, 'open' | 'done'>()
  const visit = (node: T, path: string[]): void => {
    if (state.get(node.id) === 'done') return
    if (state.get(node.id) === 'open') {
      throw new KpError({code: 'BUG', message: `the phases depend on each other in a circle: ${[...path, node.id].join(' → ')}`})
    }
    state.set(node.id, 'open')
    for (const name of node.after) {
      const before = byId.get(name)
      if (before !== undefined) visit(before, [...path, node.id])
    }
    state.set(node.id, 'done')
    ordered.push(node)
  }
  for (const node of nodes) visit(node, [])
  return ordered
}

/** The same nodes, each also after those that it yields to, as long as these do not wait for it themselves. */
export function yielding<T extends GraphNode>(nodes: T[], to: (node: T) => string[]): T[] {
  const after = new Map(nodes.map(({id, after: names}) => [id, names]))
  const waitsFor = (from: string, wanted: string, seen: Set<string>): boolean => {
    if (from === wanted) return true
    if (seen.has(from)) return false
    seen.add(from)
    return (after.get(from) ?? []).some((name) => waitsFor(name, wanted, seen))
  }
  for (const node of nodes) {
    const more = to(node).filter((name) => after.has(name) && !waitsFor(name, node.id, new Set()))
    if (more.length > 0) after.set(node.id, [...(after.get(node.id) ?? []), ...more])
  }
  return nodes.map((node) => ({...node, after: after.get(node.id) ?? []}))
}

/**
 * Runs nodes, each when all that it depends on have ended well, at most `parallel` at a time. Of those that may begin, the one
 * with the longest way still to go behind it is first; one at a time, they run in their order.
 * @param work returns false where what depends on the node must not run
 * @returns the ids that were never started
 */
export async function runGraph<T extends GraphNode>(nodes: T[], parallel: number, work: (node: T) => Promise<boolean>): Promise<string[]> {
  const ordered = orderNodes(nodes)
  if (parallel > 1) {
    const behind = waysBehind(ordered)
    ordered.sort((a, b) => (behind.get(b.id) ?? 0) - (behind.get(a.id) ?? 0))
  }
  const waiting = new Map(ordered.map((node) => [node.id, node]))
  const all = new Set(nodes.map((node) => node.id))
  const ended = new Map<string, boolean>()
  const running = new Set<Promise<void>>()
  for (;;) {
    for (const node of waiting.values()) {
      if (running.size >= parallel) break
      const before = node.after.filter((id) => all.has(id))
      if (!before.every((id) => ended.get(id) === true)) continue
      waiting.delete(node.id)
      const promise = work(node).then((ok) => {
        ended.set(node.id, ok)
        running.delete(promise)
      })
      running.add(promise)
    }
    if (running.size === 0) return [...waiting.keys()]
    await Promise.race(running)
  }
}

/** How many nodes the longest chain that waits for each of them has. @param ordered each after what it depends on */
function waysBehind(ordered: GraphNode[]): Map<string, number> {
  const behind = new Map(ordered.map(({id}) => [id, 0]))
  for (const {id, after} of ordered.toReversed()) {
    for (const name of after) {
      const known = behind.get(name)
      if (known !== undefined) behind.set(name, Math.max(known, (behind.get(id) ?? 0) + 1))
    }
  }
  return behind
}

/** Maps with at most `parallel` calls at a time; results keep their order. */
export async function mapParallel<T, R>(items: T[], parallel: number, work: (item: T) => Promise<R>): Promise<R[]> {
  const results = Array.from<R>({length: items.length})
  let next = 0
  await Promise.all(
    Array.from({length: Math.min(parallel, items.length)}, async () => {
      for (let index = next++; index < items.length; index = next++) results[index] = await work(items[index] as T)
    }),
  )
  return results
}
