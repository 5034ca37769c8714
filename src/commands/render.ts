import {Flags} from '@oclif/core'
import {KpCommand} from '../base-command.ts'
import type {CommandResult} from '../base-command.ts'
import {EXIT} from '../engine/errors.ts'
import {firstDifferences, lookAtRepository, writeRepository} from '../render/repository.ts'
import {renderRender} from '../ui/render-files.ts'
import type {RenderResult} from '../ui/results.ts'

export default class Render extends KpCommand {
  static override summary = 'Rewrite the platform repository from kp.yaml'
  static override description = 'A file that was edited by hand is not overwritten: the difference is shown, and nothing is written (exit 7). --force overwrites.'
  static override examples = ['<%= config.bin %> render', '<%= config.bin %> render --force']
  static override flags = {force: Flags.boolean({summary: 'Overwrite files that were edited by hand'})}

  protected async work(): Promise<CommandResult> {
    const {flags} = await this.parse(Render)
    this.begin(flags)
    const {ctx} = await this.open({anyEnvironment: true})
    const look = await lookAtRepository(ctx)
    const edited = flags.force ? [] : look.changes.filter((change) => change.kind === 'edited')
    if (edited.length === 0 && look.changes.length > 0) {
      await this.ask({risk: 'changes', what: `${look.changes.length} ${look.changes.length === 1 ? 'file' : 'files'} to write: go on`, cluster: ctx.spec.environment.cluster, protected: false})
    }
    const written = edited.length > 0 ? [] : await writeRepository(ctx, look, {force: flags.force})
    const removed = new Set(look.changes.filter((change) => change.after === undefined).map((change) => change.path))
    const value: RenderResult = {
      schema: 'kp/render/v1',
      directory: ctx.paths.root,
      written: written.filter((path) => !removed.has(path)),
      unchanged: look.files.length - look.changes.length,
      removed: written.filter((path) => removed.has(path)),
      refused: edited.map((change) => ({path: change.path, reason: 'edited by hand', diff: firstDifferences(change, 20)})),
    }
    return {json: value, text: () => renderRender(value, this.terminal), exit: edited.length > 0 ? EXIT.refused : EXIT.ok}
  }
}
