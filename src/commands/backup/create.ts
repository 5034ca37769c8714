import {Flags} from '@oclif/core'
import type {CommandResult} from '../../base-command.ts'
import {OperationCommand} from '../../operation-command.ts'
import {CREATE_STAGES, makeBackup} from '../../operations/backup/index.ts'
import {renderBackupCreate} from '../../ui/render-backup.ts'

export default class BackupCreate extends OperationCommand {
  static override summary = 'Make a backup now, of what the schedule covers'
  static override description = 'Objects and volumes by velero, with a marker in it by which kp backup verify knows that it is this one. With --etcd also a snapshot of etcd, where kp runs it.'
  static override examples = ['<%= config.bin %> backup create', '<%= config.bin %> backup create --name before-upgrade --etcd --yes', '<%= config.bin %> backup create --etcd-only']
  static override flags = {
    name: Flags.string({summary: 'Name of the backup; default platform and the time', helpValue: 'NAME', exclusive: ['etcd-only']}),
    etcd: Flags.boolean({summary: 'Also a snapshot of etcd'}),
    'etcd-only': Flags.boolean({summary: 'Only a snapshot of etcd', exclusive: ['etcd']}),
  }

  protected async work(): Promise<CommandResult> {
    const {flags} = await this.parse(BackupCreate)
    this.begin(flags)
    const [objects, etcd] = [!flags['etcd-only'], flags.etcd || flags['etcd-only']]
    const stages = CREATE_STAGES.filter(({id}) => (id === 'backup/etcd' ? etcd : objects))
    const value = await this.operate({
      command: 'kp backup create',
      id: 'backup',
      title: 'Make a backup',
      stages,
      work: async (ctx, begin) => {
        await begin({risk: 'changes', what: `make a ${objects ? 'backup' : 'snapshot of etcd'} of ${ctx.spec.environment.cluster}`})
        return makeBackup(ctx, {name: flags.name, etcd, objects})
      },
    })
    return {json: value, text: () => renderBackupCreate(value, this.terminal)}
  }
}
