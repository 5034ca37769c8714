import {Args, Flags} from '@oclif/core'
import type {CommandResult} from '../../base-command.ts'
import {EXIT} from '../../engine/errors.ts'
import {ENDS_FLAGS, MigrateCommand} from '../../migrate-command.ts'
import {prepareShift, shift, shiftStages} from '../../operations/migrate/index.ts'
import {renderMigrate} from '../../ui/render-migrate.ts'

export default class MigrateShift extends MigrateCommand {
  static override summary = 'Lead a part of the traffic of namespaces to the new cluster'
  static override description = 'Behind the gates of kp migrate plan (exit 7). Weighted DNS records are written by external-dns from annotations that kp puts on the routes of both clusters. Afterwards both are asked by the weights; where the new one fails, the namespace goes back to what it had (exit 1). Run again after a kill, it goes on.'
  static override examples = ['<%= config.bin %> migrate shift demo --from blue --to green --weight 10', '<%= config.bin %> migrate shift --from blue --to green --weight 100 --soak 2m --yes']
  static override args = {namespace: Args.string({description: 'Namespace; default all with hosts', name: 'NAMESPACE'})}
  static override flags = {
    ...ENDS_FLAGS,
    weight: Flags.integer({summary: 'Per cent that the new cluster gets', min: 0, max: 100, required: true}),
    soak: Flags.string({summary: 'How long both are asked afterwards', default: '30s', helpValue: '30s'}),
  }

  protected async work(): Promise<CommandResult> {
    const {args, flags} = await this.parse(MigrateShift)
    this.begin(flags)
    this.chooseFrom(flags)
    const order = {namespaces: args.namespace === undefined ? [] : [args.namespace], weight: flags.weight, soak: flags.soak}
    const command = `kp migrate shift --weight ${flags.weight}`
    const value = await this.operate({
      command,
      id: 'migrate',
      title: `From ${flags.from} to ${flags.to}`,
      work: async (ctx, begin) => {
        const ends = await this.endsOf(ctx, flags.to)
        try {
          const prepared = await prepareShift(ends, order)
          const names = prepared.looks.map(({name}) => name)
          await begin({risk: 'disrupts', what: `lead ${flags.weight} % of ${names.join(', ')} to ${ends.to.spec.environment.cluster}`, stages: shiftStages(names, flags.weight)})
          return await this.whileHeld(ends, command, () => shift(ends, prepared, order))
        } finally {
          await ends.close()
        }
      },
      good: ({ok}) => ok,
    })
    return {json: value, text: () => renderMigrate(value, this.terminal), exit: value.ok ? EXIT.ok : EXIT.unhealthy}
  }
}
