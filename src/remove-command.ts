/** The part of `kp step` that takes a phase away. */
import {BuildCommand, header} from './build-command.ts'
import type {CommandResult} from './base-command.ts'
import type {PlatformPhase} from './context.ts'
import {KpError} from './engine/errors.ts'
import type {Removal} from './engine/remove.ts'
import {remove} from './operations/remove.ts'
import {openSession} from './platform/session.ts'
import {errorBodyOf, stepResult} from './ui/make-results.ts'
import {renderError} from './ui/render-error.ts'
import {renderRemoval} from './ui/render-removal.ts'
import {renderRun} from './ui/render-run.ts'

/** What is to be removed. */
export interface RemoveRequest {
  /** Id of the phase. */
  id: string
  dryRun: boolean
  /** `--with-data`. */
  withData: boolean
}

/** Base of the commands of single phases. */
export abstract class RemoveCommand extends BuildCommand {
  /** Removes a phase and makes the result. */
  protected async remove({id, dryRun, withData}: RemoveRequest): Promise<CommandResult> {
    const runId = this.newRun()
    const started = Date.now()
    const {ctx, save} = await this.open({dryRun, runId})
    const {environment} = ctx.spec
    const command = `kp step ${id} --remove${withData ? ' --with-data' : ''}`
    const watch = await this.watchRun(header(ctx.spec.platform, environment.name, environment.cluster, ctx.provider.title))
    const session = await openSession({ctx, bus: this.bus, runId, command, redact: (value) => this.redactor.value(value), abort: () => this.interrupts?.abort()})
    try {
      const {run, kept} = await remove({
        ctx,
        phase: this.phaseOf(id),
        removal: {withData},
        command,
        runId,
        session,
        confirm: (removal) => this.confirmRemoval(removal, id, {dryRun, withData}, environment),
        beforeRun: watch.show,
      })
      await watch.end()
      const value = stepResult({environment: environment.name, cluster: environment.cluster, run: runId, dryRun, durationMs: Date.now() - started, ...(dryRun ? {commands: watch.recorded} : {})}, run, kept)
      const {error} = run
      const text = (): string => [renderRun(value, this.terminal, this.words()), ...(error === undefined || run.result === 'interrupted' ? [] : [renderError(errorBodyOf(error), this.terminal, this.words())])].join('\n\n')
      return {json: value, text, exit: this.exitOf(run)}
    } finally {
      await watch.end()
      await save()
      await session.close()
    }
  }

  private phaseOf(id: string): PlatformPhase {
    const phase = this.phases.find((one) => one.id === id)
    if (phase === undefined) throw new KpError({code: 'BUG', message: `there is no phase ${id}`})
    return phase
  }

  private async confirmRemoval(removal: Removal, phase: string, {dryRun, withData}: {dryRun: boolean; withData: boolean}, environment: {name: string; cluster: string; protected: boolean}): Promise<void> {
    const deletes = removal.steps.flatMap((step) => step.deletes)
    const keeps = removal.steps.flatMap((step) => step.keeps)
    if (!this.global.json) await this.print(`${renderRemoval({phase, environment: environment.name, cluster: environment.cluster, deletes, keeps}, this.terminal)}\n\n`)
    if (dryRun) return
    await this.ask({risk: withData ? 'destroys' : 'disrupts', what: `remove phase ${phase} from ${environment.cluster}: ${deletes.length} objects`, cluster: environment.cluster, protected: environment.protected})
  }
}
