/** Rules about the databases and queues of `phases.operators`. */
import type {Problem} from '../issues.ts'
import type {EnvironmentSpec} from '../types.ts'
import {doubt, wrong} from './finding.ts'

const SYSTEMS = ['kafka', 'postgres', 'mysql', 'mongodb', 'redis', 'rabbitmq'] as const
/** What decides by a majority. */
const VOTING = ['kafka', 'mongodb', 'rabbitmq'] as const
const RESERVED = ['default', 'kube-system', 'kube-public', 'kube-node-lease']

/** Databases fit their kind, and each has a namespace to itself. */
export function operatorsFit({phases: {operators}}: EnvironmentSpec): Problem[] {
  if (!operators.enabled) return []
  const at = (id: string, field: string): string[] => ['phases', 'operators', id, field]
  const found: Problem[] = []
  const on = SYSTEMS.filter((id) => operators[id].enabled)
  if (on.length === 0) found.push(doubt(['phases', 'operators', 'enabled'], 'is on, and every database and queue below it is off'))
  if (operators.mysql.enabled && operators.mysql.instances > 1) found.push(wrong(at('mysql', 'instances'), 'must be 1: MySQL has no operator here, and two servers would be two databases'))
  for (const id of VOTING) if (operators[id].enabled && operators[id].instances > 1 && operators[id].instances % 2 === 0) found.push(doubt(at(id, 'instances'), `is even: ${operators[id].instances} instances survive no more losses than ${operators[id].instances - 1}`))
  const taken = new Map<string, string>()
  for (const id of on) {
    const name = operators[id].namespace ?? id
    const other = taken.get(name)
    if (RESERVED.includes(name)) found.push(wrong(at(id, 'namespace'), `must be a namespace of its own (got "${name}")`))
    else if (other !== undefined) found.push(wrong(at(id, 'namespace'), `must be its own: ${other} is in ${name} too`, at(other, 'namespace')))
    taken.set(name, id)
  }
  return found
}
