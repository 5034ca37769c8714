import {Args, Flags} from '@oclif/core'
import {KpCommand} from '../base-command.ts'
import type {CommandResult} from '../base-command.ts'
import {ADOPT_FLAGS, adoptionOf, SELECTION_FLAGS, selectionOf} from '../flags.ts'
import {selectByName} from '../operations/select.ts'
import {planCommand} from '../plan-command.ts'

export default class Plan extends KpCommand {
  static override summary = 'Show what would change, step by step; changes nothing'
  static override examples = ['<%= config.bin %> plan', '<%= config.bin %> plan cert-manager ingress', '<%= config.bin %> plan --out plan.json && <%= config.bin %> up --plan plan.json']
  static override strict = false
  static override args = {phases: Args.string({description: 'Phases; default all', name: 'PHASE…'})}
  static override flags = {
    ...SELECTION_FLAGS,
    ...ADOPT_FLAGS,
    out: Flags.string({summary: 'Save the plan for kp up --plan', helpValue: 'FILE'}),
    'exit-code': Flags.boolean({summary: 'Exit 9 where there are changes'}),
  }

  protected async work(): Promise<CommandResult> {
    const {flags, argv} = await this.parse(Plan)
    this.begin(flags)
    return this.withPlatform((opened) =>
      planCommand({
        opened,
        phases: selectByName(opened.ctx.phases, selectionOf(flags, argv as string[])),
        terminal: this.terminal,
        words: this.words(),
        exitCode: flags['exit-code'],
        out: flags.out,
      }),
      {adopt: adoptionOf(flags)},
    )
  }
}
