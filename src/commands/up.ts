import {Flags} from '@oclif/core'
import {BuildCommand} from '../build-command.ts'
import type {CommandResult} from '../base-command.ts'
import {ADOPT_FLAGS, adoptionOf, SELECTION_FLAGS, selectionOf} from '../flags.ts'
import {selectByName} from '../operations/select.ts'

export default class Up extends BuildCommand {
  static override summary = 'Build everything that is not as planned'
  static override description = 'Looks at every step, shows the plan, asks, and does what is missing, phases side by side where they do not depend on each other. Safe to run again at any time: it goes on where it is.'
  static override examples = ['<%= config.bin %> up', '<%= config.bin %> up --yes', '<%= config.bin %> up --only cert-manager,ingress', '<%= config.bin %> up --adopt cert-manager', '<%= config.bin %> up --dry-run']
  static override flags = {
    ...SELECTION_FLAGS,
    ...ADOPT_FLAGS,
    plan: Flags.file({summary: 'Do what this saved plan says, or refuse', helpValue: 'FILE'}),
    'max-parallel': Flags.integer({summary: 'Most steps side by side', default: 6, min: 1, max: 20}),
    'dry-run': Flags.boolean({summary: 'Look and record what would be run; change nothing', default: false}),
  }

  protected async work(): Promise<CommandResult> {
    const {flags} = await this.parse(Up)
    this.begin(flags)
    return this.build({
      kind: 'up',
      command: 'kp up',
      select: (phases) => selectByName(phases, selectionOf(flags)),
      dryRun: flags['dry-run'],
      mayInstall: true,
      parallel: flags['max-parallel'],
      planFile: flags.plan,
      adopt: adoptionOf(flags),
    })
  }
}
