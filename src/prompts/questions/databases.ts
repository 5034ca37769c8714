/** Phase 11: which databases and queues operators run, as one answer. */
import {isMap, valueAt} from '../../spec/paths.ts'
import {setAt} from '../draft.ts'
import {listOf, type Answer, type Draft, type Store} from './types.ts'

const PHASE = ['phases', 'operators']
const NAMES = ['kafka', 'postgres', 'mysql', 'mongodb', 'redis', 'rabbitmq']
/** What the schema switches on with the phase. */
const STANDARD = ['kafka', 'postgres']

const isOn = (draft: Draft, name: string): boolean => {
  const said = valueAt(draft, [...PHASE, name, 'enabled'])
  return said === undefined ? STANDARD.includes(name) : said === true
}

/** The names that are on; none where the phase is off. */
export const databases: Store = {
  paths: NAMES.map((name) => [...PHASE, name, 'enabled']),
  read(draft) {
    const section = valueAt(draft, PHASE)
    if (!isMap(section)) return undefined
    return section['enabled'] === true ? NAMES.filter((name) => isOn(draft, name)) : []
  },
  write(draft, value) {
    const wanted = listOf(value)
    if (wanted.length === 0 && valueAt(draft, PHASE) === undefined) return
    setAt(draft, [...PHASE, 'enabled'], wanted.length > 0)
    for (const name of NAMES) if (wanted.length > 0 && isOn(draft, name) !== wanted.includes(name)) setAt(draft, [...PHASE, name, 'enabled'], wanted.includes(name))
  },
}

/** What is wrong with the names. */
export function unknownDatabase(value: Answer): string | undefined {
  const strange = listOf(value).find((name) => !NAMES.includes(name))
  return strange === undefined ? undefined : `${strange} is none of ${NAMES.join(', ')}`
}
