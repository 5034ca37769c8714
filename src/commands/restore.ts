import {Args, Flags} from '@oclif/core'
import type {CommandResult} from '../base-command.ts'
import {EXIT, KpError} from '../engine/errors.ts'
import {OperationCommand} from '../operation-command.ts'
import {prepareRestore, RESTORE_STAGES, runRestore} from '../operations/backup/index.ts'
import {renderRestore, renderRestorePlan} from '../ui/render-backup.ts'
import type {RestoreResult} from '../ui/results.ts'

export default class Restore extends OperationCommand {
  static override summary = 'Restore namespaces of a backup, after showing what would be overwritten'
  static override description = 'Into namespaces that are not there, or beside them with --into. Over live objects it shows each that would be set back, and wants the name of the cluster. Compares what came back, and measures the time against backup.rto. Prints events one a line with --json, and the result as the last.'
  static override examples = ['<%= config.bin %> restore platform-20261128221500 --namespace shop', '<%= config.bin %> restore platform-20261128221500 --namespace shop --into shop-restored --yes', '<%= config.bin %> restore platform-20261128221500 --namespace shop --dry-run', '<%= config.bin %> restore platform-20261128221500 --namespace shop --yes --confirm acme-prod']
  static override args = {backup: Args.string({description: 'Backup, as kp backup list has it', name: 'BACKUP', required: true})}
  static override flags = {
    namespace: Flags.string({summary: 'Namespaces to restore', multiple: true, delimiter: ',', helpValue: 'a,b', required: true}),
    into: Flags.string({summary: 'Namespaces that they go to, in the same order; default where they were', multiple: true, delimiter: ',', helpValue: 'x,y'}),
    volumes: Flags.boolean({summary: 'Make volumes from their snapshots; without, claims come back empty', default: true, allowNo: true}),
    'dry-run': Flags.boolean({summary: 'Only show what would be done'}),
  }

  protected async work(): Promise<CommandResult> {
    const {args, flags} = await this.parse(Restore)
    this.begin(flags)
    const namespaces = [...new Set(flags.namespace)]
    const into = flags.into ?? []
    if (into.length > 0 && into.length !== namespaces.length) throw new KpError({code: 'USAGE', message: `--into names ${into.length} namespaces, --namespace ${namespaces.length}`, next: ['give one for each, in the same order']})
    if (new Set(into).size !== into.length) throw new KpError({code: 'USAGE', message: '--into names a namespace twice', next: ['give one for each, in the same order']})
    const mappings = Object.fromEntries(into.flatMap((to, index) => (namespaces[index] === undefined || namespaces[index] === to ? [] : [[namespaces[index], to]])))
    const value = await this.operate({
      command: `kp restore ${args.backup}`,
      id: 'restore',
      title: `Restore ${args.backup}`,
      stages: RESTORE_STAGES,
      events: true,
      work: async (ctx, begin): Promise<RestoreResult> => {
        const prepared = await prepareRestore(ctx, {backup: args.backup, namespaces, mappings, volumes: flags.volumes})
        const {environment} = ctx.spec
        if (flags['dry-run']) {
          return {schema: 'kp/restore/v1', environment: environment.name, cluster: environment.cluster, dryRun: true, ok: true, problems: [], plan: prepared.plan, restore: null, rto: {target: ctx.spec.backup.rto, seconds: null, ok: null}, durationMs: 0}
        }
        await begin({risk: prepared.plan.risk, what: `restore ${namespaces.join(', ')} of ${args.backup} in ${environment.cluster}`, shown: `${renderRestorePlan(prepared.plan, this.terminal)}\n`})
        return runRestore(ctx, prepared)
      },
      good: ({ok}) => ok,
    })
    return {json: value, text: () => renderRestore(value, this.terminal), exit: value.ok ? EXIT.ok : EXIT.unhealthy}
  }
}
