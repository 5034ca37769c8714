import type {CommandResult} from '../../base-command.ts'
import {OperationCommand} from '../../operation-command.ts'
import {backendLines, backendStages, initBackend, lookAtBackend} from '../../operations/backend.ts'
import {renderBackendInit} from '../../ui/render-files.ts'
import type {BackendInitResult} from '../../ui/results.ts'

export default class BackendInit extends OperationCommand {
  static override summary = 'Make the bucket of the states, and move those of this machine into it'
  static override description = 'The bucket keeps every version, is encrypted and closed to the public, and answers over TLS alone; with infra.backend.lock dynamodb the table of the locks is made too. A state that is still on this machine is backed up and moved. Safe to run again at any time.'
  static override examples = ['<%= config.bin %> backend init', '<%= config.bin %> backend init --env prod --yes']

  protected async work(): Promise<CommandResult> {
    const {flags} = await this.parse(BackendInit)
    this.begin(flags)
    const value = await this.operate({
      command: 'kp backend init',
      id: 'backend',
      title: 'Bring the states into their bucket',
      work: async (ctx, begin): Promise<BackendInitResult> => {
        const {environment} = ctx.spec
        const look = await lookAtBackend(ctx)
        const done = backendLines(look)
        const changes = `${done.length} ${done.length === 1 ? 'change' : 'changes'}`
        if (done.length > 0) await begin({risk: 'changes', what: `${changes} to ${look.bucket} and the states: go on`, shown: `${done.map((line) => `  + ${line}\n`).join('')}\n`, stages: backendStages(look)})
        const {backups} = await initBackend(ctx, look)
        return {schema: 'kp/backend-init/v1', environment: environment.name, bucket: look.bucket, region: look.region, done, backups}
      },
    })
    return {json: value, text: () => renderBackendInit(value, this.terminal)}
  }
}
