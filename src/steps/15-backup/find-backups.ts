/** Finds why no backups are made. Pure. */
import {PAUSED_UNTIL, pausedUntil} from '../../checks/labels.ts'
import type {Facts, FixStep, Sighting} from '../../engine/facts.ts'
import {refOf} from '../../engine/facts.ts'
import {SCHEDULE, VELERO_NAMESPACE} from './names.ts'

/** Custom kinds that are read. */
export const BACKUP_KINDS = ['Schedule', 'BackupStorageLocation']
const GROUP = 'velero.io'

interface LocationSpec {
  accessMode?: string
  objectStorage?: {bucket?: string}
}

const messageOf = (object: {[key: string]: unknown}): string => (object['status'] as {message?: string} | undefined)?.message ?? ''

/** KP1507: a schedule is paused without a time at which that ends, or its cron line is none. */
export function findStandingSchedule(facts: Facts): Sighting[] {
  return facts.all('Schedule', GROUP).flatMap((one): Sighting[] => {
    const {paused, schedule = ''} = (one['spec'] ?? {}) as {paused?: boolean; schedule?: string}
    const {phase, validationErrors = []} = (one['status'] ?? {}) as {phase?: string; validationErrors?: string[]}
    const rests = paused === true && pausedUntil(one.metadata.annotations, facts.now) !== undefined
    if ((paused !== true || rests) && phase !== 'FailedValidation') return []
    const {name, namespace = 'velero'} = one.metadata
    const look: FixStep = {text: 'Which of the two?', command: `kubectl -n ${namespace} get schedule.velero.io ${name} -o yaml`}
    const fix: FixStep[] = [
      look,
      ...(paused === true ? [{text: `Let it run again. (Where it has to rest: kubectl -n ${namespace} annotate schedule.velero.io ${name} ${PAUSED_UNTIL}=<date>.)`, command: `kubectl -n ${namespace} patch schedule.velero.io ${name} --type=merge -p '{"spec":{"paused":false}}'`}] : []),
      ...(phase !== 'FailedValidation' ? [] : [name === SCHEDULE && namespace === VELERO_NAMESPACE ? {text: 'kp puts the cron line back as kp.yaml has it.', command: 'kp step backup'} : {text: 'Correct its cron line: five fields.'}]),
    ]
    return [{object: refOf(one), fix, evidence: [paused === true ? 'it is paused: no backup is made' : `its cron line ${schedule} is not valid: ${validationErrors.join('; ')}`]}]
  })
}

/** KP1502: the store has no such bucket. */
export function findMissingBucket(facts: Facts): Sighting[] {
  return facts.all('BackupStorageLocation', GROUP).flatMap((one): Sighting[] => {
    if (!/NoSuchBucket|PermanentRedirect|actual location/.test(messageOf(one))) return []
    return [{object: refOf(one), evidence: [`its bucket ${((one['spec'] ?? {}) as LocationSpec).objectStorage?.bucket ?? ''} is not there`, messageOf(one)]}]
  })
}

/** KP1513: nothing can be written or deleted in a location that is read-only. */
export function findReadOnlyLocation(facts: Facts): Sighting[] {
  return facts.all('BackupStorageLocation', GROUP).flatMap((one): Sighting[] => {
    const {default: main, accessMode} = (one['spec'] ?? {}) as LocationSpec & {default?: boolean}
    return main === true && accessMode === 'ReadOnly' ? [{object: refOf(one), evidence: ['it is read-only: no backup can be made in it, and no expired one deleted']}] : []
  })
}
