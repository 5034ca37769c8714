import {Flags} from '@oclif/core'
import type {CommandResult} from '../../base-command.ts'
import {OperationCommand} from '../../operation-command.ts'
import {pauseSeconds, scheduleOf, setSchedule} from '../../operations/backup/index.ts'
import {guardCluster} from '../../platform/session.ts'
import {renderBackupSchedule} from '../../ui/render-backup.ts'

export default class BackupSchedule extends OperationCommand {
  static override summary = 'Show when backups are made; let the schedule rest, or run again'
  static override description = 'kp.yaml says when: phases.backup.every. A pause has an end, after which kp verify names it; the schedule itself has to be resumed.'
  static override examples = ['<%= config.bin %> backup schedule', '<%= config.bin %> backup schedule --pause 4h', '<%= config.bin %> backup schedule --resume --yes']
  static override flags = {
    pause: Flags.string({summary: 'Make no backups for that long', helpValue: '4h', exclusive: ['resume']}),
    resume: Flags.boolean({summary: 'Make backups again'}),
  }

  protected async work(): Promise<CommandResult> {
    const {flags} = await this.parse(BackupSchedule)
    this.begin(flags)
    const {pause, resume} = flags
    if (pause === undefined && !resume) {
      return this.withPlatform(async ({ctx}) => {
        await guardCluster(ctx)
        const value = await scheduleOf(ctx, false)
        return {json: value, text: () => renderBackupSchedule(value, this.terminal)}
      })
    }
    const seconds = pause === undefined ? undefined : pauseSeconds(pause)
    const value = await this.operate({
      command: 'kp backup schedule',
      id: 'backup',
      title: resume ? 'Let the schedule run again' : 'Let the schedule rest',
      stages: [],
      work: async (ctx, begin) => {
        await begin({risk: 'changes', what: resume ? `make backups of ${ctx.spec.environment.cluster} again` : `make no backups of ${ctx.spec.environment.cluster} for ${pause}`})
        const until = seconds === undefined ? {} : {pauseUntil: new Date(ctx.clock.now() + seconds * 1000).toISOString()}
        return scheduleOf(ctx, await setSchedule(ctx, {...until, resume}))
      },
    })
    return {json: value, text: () => renderBackupSchedule(value, this.terminal)}
  }
}
