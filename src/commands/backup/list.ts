import {KpCommand} from '../../base-command.ts'
import type {CommandResult} from '../../base-command.ts'
import {listBackups} from '../../operations/backup/index.ts'
import {guardCluster} from '../../platform/session.ts'
import {renderBackupList} from '../../ui/render-backup.ts'

export default class BackupList extends KpCommand {
  static override summary = 'List backups, snapshots of etcd and dumps, and which are proven'
  static override description = 'With the age of the newest against backup.rpo. Changes nothing.'
  static override examples = ['<%= config.bin %> backup list', "<%= config.bin %> backup list --json | jq '.backups[] | select(.proof.ok)'"]

  protected async work(): Promise<CommandResult> {
    const {flags} = await this.parse(BackupList)
    this.begin(flags)
    return this.withPlatform(async ({ctx}) => {
      await guardCluster(ctx)
      const value = await listBackups(ctx)
      return {json: value, text: () => renderBackupList(value, this.terminal)}
    })
  }
}
