/** What would become of the pods of nodes that are lost, by the scheduler's rules: nobody is asked first. Pure. */
import {fateOf, podName} from './pods.ts'
import type {DrainInput} from './stand.ts'
import {standOf} from './stand.ts'

/** See the file's head. Pods by name. */
export interface LostNodes {
  /** Those that a controller brings back elsewhere. */
  moved: number
  /** For which other nodes have no room, with the reason. */
  noRoom: {pod: string; reason: string; fix: string}[]
  /** That wait until the node is back: their volume, or a rule of theirs, lets them nowhere else. */
  waiting: {pod: string; reason: string}[]
  unknown: {pod: string; reason: string}[]
}

/** Loses nodes. @param lost their names */
export function loseNodes(input: DrainInput, lost: readonly string[]): LostNodes {
  const {pods, places} = standOf(input)
  const nodes = input.nodes.flatMap(({metadata}, index) => (lost.includes(metadata.name) ? [index] : []))
  for (const node of nodes) places.close(node)
  const result: LostNodes = {moved: 0, noRoom: [], waiting: [], unknown: []}
  for (const index of nodes.flatMap((node) => places.podsOn(node))) {
    const pod = pods[index]
    if (pod === undefined || fateOf(pod) !== 'managed') continue
    const found = places.move(index)
    const name = podName(pod)
    if ('node' in found) result.moved += 1
    else if ('unknown' in found) result.unknown.push({pod: name, reason: found.unknown})
    else if (found.lacks === 'room' && !found.mayDisplace) result.noRoom.push({pod: name, reason: found.reason, fix: found.fix})
    else if (found.lacks === 'room') result.unknown.push({pod: name, reason: `whether it takes the place of others: ${found.reason}`})
    else result.waiting.push({pod: name, reason: found.reason})
  }
  return result
}
