import {Args} from '@oclif/core'
import type {CommandResult} from '../../base-command.ts'
import {ENDS_FLAGS, MigrateCommand} from '../../migrate-command.ts'
import {backStages, migratable, rollback} from '../../operations/migrate/index.ts'
import {renderMigrate} from '../../ui/render-migrate.ts'

export default class MigrateRollback extends MigrateCommand {
  static override summary = 'Lead all traffic back to the old cluster'
  static override description = 'The old one gets it before the new one loses it. No gate stands in the way.'
  static override examples = ['<%= config.bin %> migrate rollback --from blue --to green', '<%= config.bin %> migrate rollback demo --from blue --to green --yes']
  static override args = {namespace: Args.string({description: 'Namespace; default all with hosts', name: 'NAMESPACE'})}
  static override flags = ENDS_FLAGS

  protected async work(): Promise<CommandResult> {
    const {args, flags} = await this.parse(MigrateRollback)
    this.begin(flags)
    this.chooseFrom(flags)
    const value = await this.operate({
      command: 'kp migrate rollback',
      id: 'migrate',
      title: `Back to ${flags.from}`,
      work: async (ctx, begin) => {
        const ends = await this.endsOf(ctx, flags.to)
        try {
          const names = args.namespace === undefined ? await migratable(ends) : [args.namespace]
          await begin({risk: 'disrupts', what: `lead all of ${names.join(', ')} back to ${ctx.spec.environment.cluster}`, stages: backStages(names)})
          return await this.whileHeld(ends, 'kp migrate rollback', () => rollback(ends, names))
        } finally {
          await ends.close()
        }
      },
    })
    return {json: value, text: () => renderMigrate(value, this.terminal)}
  }
}
