import {Args, Flags} from '@oclif/core'
import type {CommandResult} from '../../base-command.ts'
import {EXIT} from '../../engine/errors.ts'
import {OperationCommand} from '../../operation-command.ts'
import {verifyBackup, verifyEtcd, VERIFY_ETCD_STAGES, VERIFY_STAGES} from '../../operations/backup/index.ts'
import {renderBackupVerify} from '../../ui/render-backup.ts'

export default class BackupVerify extends OperationCommand {
  static override summary = 'Prove a backup: restore it beside what runs, compare, clean up'
  static override description = 'Holds its content against the cluster, restores it into scratch namespaces in which no pod of it can run, compares field by field, mounts the volumes, looks for the marker, measures RPO and RTO, and writes the proof down. With --etcd an etcd is made from the snapshot and its keys are compared. Exit code 1 where it is not worth what it says.'
  static override examples = ['<%= config.bin %> backup verify', '<%= config.bin %> backup verify platform-20261128221500 --namespace shop --yes', '<%= config.bin %> backup verify --etcd', "<%= config.bin %> backup verify --json | jq '.problems'"]
  static override args = {backup: Args.string({description: 'Backup, or file of a snapshot; default the newest', name: 'BACKUP'})}
  static override flags = {
    namespace: Flags.string({summary: 'Restore these namespaces; default those of applications', multiple: true, delimiter: ',', helpValue: 'a,b', exclusive: ['etcd']}),
    restore: Flags.boolean({summary: 'Restore it; without, only its content is looked at and nothing is proven', default: true, allowNo: true}),
    etcd: Flags.boolean({summary: 'A snapshot of etcd'}),
  }

  protected async work(): Promise<CommandResult> {
    const {args, flags} = await this.parse(BackupVerify)
    this.begin(flags)
    const value = await this.operate({
      command: 'kp backup verify',
      id: 'backup',
      title: flags.etcd ? 'Prove a snapshot of etcd' : 'Prove a backup',
      stages: flags.etcd ? VERIFY_ETCD_STAGES : VERIFY_STAGES,
      work: async (ctx, begin) => {
        const what = flags.etcd ? 'restore a snapshot into a throw-away etcd on this machine' : flags.restore ? `restore a backup into scratch namespaces of ${ctx.spec.environment.cluster}, and delete them` : `look into a backup of ${ctx.spec.environment.cluster}`
        await begin(flags.etcd || !flags.restore ? undefined : {risk: 'changes', what})
        return flags.etcd ? verifyEtcd(ctx, args.backup) : verifyBackup(ctx, {name: args.backup, namespaces: flags.namespace, restore: flags.restore})
      },
      good: ({ok}) => ok,
    })
    return {json: value, text: () => renderBackupVerify(value, this.terminal), exit: value.ok ? EXIT.ok : EXIT.unhealthy}
  }
}
