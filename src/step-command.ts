/** The factory of `kp step <phase>`: help, flags and completion come from the phase's own words. */
import {Flags} from '@oclif/core'
import type {CommandResult} from './base-command.ts'
import {RemoveCommand} from './remove-command.ts'
import type {PlatformPhase} from './context.ts'
import {ADOPT_FLAGS, adoptionOf} from './flags.ts'
import {planCommand} from './plan-command.ts'
import {verifyCommand} from './verify-command.ts'

/** What the help of a phase needs; the phase itself is loaded only when the command runs. */
export interface PhaseAbout {
  id: string
  number: number
  title: string
  what: string
  why: string
}

/** Makes the command class of a phase. */
export function stepCommand(about: PhaseAbout): typeof RemoveCommand {
  return class StepPhase extends RemoveCommand {
    static override summary = `Phase ${about.number}: ${about.title}`
    static override description = `${about.what}\n\n${about.why}`
    static override examples = [`<%= config.bin %> step ${about.id}`, `<%= config.bin %> step ${about.id} --plan`, `<%= config.bin %> step ${about.id} --verify-only`, `<%= config.bin %> step ${about.id} --remove`]
    static override flags = {
      plan: Flags.boolean({summary: 'Show what would change; change nothing', exclusive: ['verify-only']}),
      'verify-only': Flags.boolean({summary: 'Run the checks of the phase alone'}),
      'dry-run': Flags.boolean({summary: 'Look and record what would be run; change nothing', default: false}),
      ...ADOPT_FLAGS,
      remove: Flags.boolean({summary: 'Take the phase away, in reverse order; data stays', exclusive: ['plan', 'verify-only', 'adopt']}),
      'with-data': Flags.boolean({summary: 'With --remove: also kinds with all their objects, volumes, certificates', dependsOn: ['remove']}),
    }

    protected async work(): Promise<CommandResult> {
      const {flags} = await this.parse(StepPhase)
      this.begin(flags)
      const select = (phases: PlatformPhase[]): PlatformPhase[] => phases.filter((phase) => phase.id === about.id)
      if (flags['verify-only']) return this.withPlatform((opened) => verifyCommand({opened, phases: select(opened.ctx.phases), terminal: this.terminal, words: this.words(), output: 'table', failOnWarn: false, checks: [], waitMs: 10_000, ignored: new Map()}))
      const adopt = adoptionOf(flags)
      if (flags.plan) return this.withPlatform((opened) => planCommand({opened, phases: select(opened.ctx.phases), terminal: this.terminal, words: this.words(), exitCode: false}), {adopt})
      if (flags.remove) return this.remove({id: about.id, dryRun: flags['dry-run'], withData: flags['with-data']})
      return this.build({kind: 'step', command: `kp step ${about.id}`, select, dryRun: flags['dry-run'], mayInstall: about.id === 'control-plane', parallel: 1, adopt})
    }
  }
}
