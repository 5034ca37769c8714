import {Flags} from '@oclif/core'
import type {CommandResult} from '../../base-command.ts'
import {EXIT} from '../../engine/errors.ts'
import {ENDS_FLAGS, MigrateCommand} from '../../migrate-command.ts'
import {planMigration} from '../../operations/migrate/index.ts'
import {guardCluster} from '../../platform/session.ts'
import {renderMigratePlan} from '../../ui/render-migrate.ts'

export default class MigratePlan extends MigrateCommand {
  static override summary = 'Say what could go from one cluster to another, and what is in the way'
  static override description = 'Namespace by namespace: routes, workloads, claims and answers of the new cluster, and the traffic that it has. Changes nothing. Exit code 1 where a gate fails, 8 where one is unknown.'
  static override examples = ['<%= config.bin %> migrate plan --from blue --to green', "<%= config.bin %> migrate plan --from blue --to green --json | jq '.namespaces[] | select(.allowed | not)'"]
  static override flags = {...ENDS_FLAGS, namespace: Flags.string({summary: 'Only these namespaces', multiple: true, delimiter: ',', helpValue: 'a,b'})}

  protected async work(): Promise<CommandResult> {
    const {flags} = await this.parse(MigratePlan)
    this.begin(flags)
    this.chooseFrom(flags)
    return this.withPlatform(async ({ctx}) => {
      await guardCluster(ctx)
      const ends = await this.endsOf(ctx, flags.to)
      try {
        const value = await planMigration(ends, flags.namespace ?? [])
        const statuses = new Set(value.namespaces.flatMap(({gates}) => gates.map(({status}) => status)))
        return {json: value, text: () => renderMigratePlan(value, this.terminal), exit: statuses.has('fail') ? EXIT.unhealthy : statuses.has('unknown') ? EXIT.unknown : EXIT.ok}
      } finally {
        await ends.close()
      }
    })
  }
}
