import type {CommandResult} from '../../base-command.ts'
import {ENDS_FLAGS, MigrateCommand} from '../../migrate-command.ts'
import {finish} from '../../operations/migrate/index.ts'
import {renderMigrate} from '../../ui/render-migrate.ts'

export default class MigrateFinish extends MigrateCommand {
  static override summary = 'End a migration: everything is in the new cluster, and answers there'
  static override description = 'Refused (exit 7) where some traffic is still in the old one, or the new one does not answer. The old cluster stays until you take it down.'
  static override examples = ['<%= config.bin %> migrate finish --from blue --to green']
  static override flags = ENDS_FLAGS

  protected async work(): Promise<CommandResult> {
    const {flags} = await this.parse(MigrateFinish)
    this.begin(flags)
    this.chooseFrom(flags)
    const value = await this.operate({
      command: 'kp migrate finish',
      id: 'migrate',
      title: `Finish the migration to ${flags.to}`,
      work: async (ctx, begin) => {
        const ends = await this.endsOf(ctx, flags.to)
        try {
          await begin({risk: 'disrupts', what: `finish the migration from ${ctx.spec.environment.cluster} to ${ends.to.spec.environment.cluster}`})
          return await finish(ends)
        } finally {
          await ends.close()
        }
      },
    })
    return {json: value, text: () => renderMigrate(value, this.terminal)}
  }
}
