import {Flags} from '@oclif/core'
import {KpCommand} from '../base-command.ts'
import type {CommandResult} from '../base-command.ts'
import {listRuns} from '../engine/journal.ts'
import {findPlatform, platformPaths} from '../platform/find.ts'
import {renderHistory} from '../ui/render-status.ts'
import type {HistoryResult} from '../ui/results.ts'

export default class History extends KpCommand {
  static override summary = 'List the runs of this platform, newest first'
  static override examples = ['<%= config.bin %> history', '<%= config.bin %> history --last 3 --json']
  static override flags = {last: Flags.integer({summary: 'How many', default: 20, min: 1})}

  protected async work(): Promise<CommandResult> {
    const {flags} = await this.parse(History)
    this.begin(flags)
    const paths = platformPaths(findPlatform(process.cwd(), flags.dir), '')
    const value: HistoryResult = {
      schema: 'kp/history/v1',
      runs: listRuns(paths.runs, flags.last).map((run) => ({
        run: run.id,
        command: run.command,
        environment: run.environment,
        by: run.by ?? null,
        startedAt: run.startedAt,
        finishedAt: run.finishedAt ?? null,
        durationMs: run.finishedAt === undefined ? null : Date.parse(run.finishedAt) - Date.parse(run.startedAt),
        result: run.result,
        error: run.error ?? null,
        phases: run.phases.map(({id, state}) => ({id, state})),
      })),
    }
    return {json: value, text: () => renderHistory(value, this.terminal)}
  }
}
