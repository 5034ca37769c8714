import {KpCommand} from '../base-command.ts'
import type {CommandResult} from '../base-command.ts'
import {HOME} from '../home.ts'
import {statusOf} from '../operations/status.ts'
import {lastSeenBuild} from '../platform/last-build.ts'
import {glance, statusFacts} from '../platform/glance.ts'
import type {StatusResult} from '../ui/results.ts'
import {renderStatus} from '../ui/render-status.ts'

export default class Status extends KpCommand {
  static override summary = 'Show where the platform stands, and what to do next'
  static override description = 'From the last runs and whether the cluster is there. kp plan looks closely, kp verify proves.'
  static override examples = ['<%= config.bin %> status', '<%= config.bin %> status --json']

  protected async work(): Promise<CommandResult> {
    const {flags} = await this.parse(Status)
    this.begin(flags)
    const value = (await this.atAGlance()) ?? (await this.closely())
    return {json: value, text: () => renderStatus(value, this.terminal)}
  }

  private async atAGlance(): Promise<StatusResult | undefined> {
    const seen = await glance({cwd: process.cwd(), dir: this.global.dir, environment: this.global.env, env: process.env, home: HOME, version: this.config.version})
    if (seen === undefined) return undefined
    this.redactor.add(seen.secrets)
    for (const warning of seen.warnings) this.warnPerson(warning)
    return statusOf(seen.facts, seen.runs, seen.presence, seen.built)
  }

  private async closely(): Promise<StatusResult> {
    const opened = await this.open()
    return statusOf(statusFacts(opened.ctx), opened.ctx.paths.runs, await opened.ctx.presence(), lastSeenBuild(opened.ctx.paths.environment))
  }
}
