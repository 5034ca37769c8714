/** Backups and restores, for commands and for what wants a proven backup first. */
export {CREATE_STAGES, makeBackup} from './create.ts'
export {listBackups, pauseSeconds, scheduleOf, setSchedule} from './list.ts'
export {prepareRestore, RESTORE_STAGES, runRestore} from './restore.ts'
export {verifyBackup, VERIFY_STAGES} from './verify.ts'
export {verifyEtcd, VERIFY_ETCD_STAGES} from './verify-etcd.ts'
