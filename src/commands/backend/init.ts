import {KpCommand} from '../../base-command.ts'
import type {CommandResult} from '../../base-command.ts'
import {header} from '../../build-command.ts'
import {backendLines, initBackend, lookAtBackend} from '../../operations/backend.ts'
import {openSession} from '../../platform/session.ts'
import {renderBackendInit} from '../../ui/render-files.ts'
import type {BackendInitResult} from '../../ui/results.ts'

export default class BackendInit extends KpCommand {
  static override summary = 'Make the bucket of the states, and move those of this machine into it'
  static override description = 'The bucket keeps every version, is encrypted and closed to the public, and answers over TLS alone. A state that is still on this machine is backed up and moved. Safe to run again at any time.'
  static override examples = ['<%= config.bin %> backend init', '<%= config.bin %> backend init --env prod --yes']

  protected override stopsAtOnce = false

  protected async work(): Promise<CommandResult> {
    const {flags} = await this.parse(BackendInit)
    this.begin(flags)
    const runId = this.newRun()
    const {ctx} = await this.open({runId})
    const {environment, platform} = ctx.spec
    const session = await openSession({ctx, bus: this.bus, runId, command: 'kp backend init', redact: (value) => this.redactor.value(value), abort: () => this.interrupts?.abort()})
    try {
      const look = await lookAtBackend(ctx)
      const done = backendLines(look)
      if (done.length > 0) {
        if (!this.global.json && !this.global.yes) await this.print(`${header(platform, environment.name, environment.cluster, ctx.provider.title)}${done.map((line) => `  + ${line}\n`).join('')}\n`)
        await this.ask({risk: 'changes', what: `${done.length} ${done.length === 1 ? 'change' : 'changes'} to ${look.bucket} and the states: go on`, cluster: environment.cluster, protected: environment.protected})
      }
      const {backups} = await initBackend(ctx, look)
      const value: BackendInitResult = {schema: 'kp/backend-init/v1', environment: environment.name, bucket: look.bucket, region: look.region, done, backups}
      return {json: value, text: () => renderBackendInit(value, this.terminal)}
    } finally {
      await session.close()
    }
  }
}
