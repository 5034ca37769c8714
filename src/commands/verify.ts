import {Args, Flags} from '@oclif/core'
import {KpCommand} from '../base-command.ts'
import type {CommandResult} from '../base-command.ts'
import {KpError} from '../engine/errors.ts'
import {SELECTION_FLAGS, selectionOf} from '../flags.ts'
import {selectByName} from '../operations/select.ts'
import type {Ignored} from '../ui/make-results.ts'
import {verifyCommand, VERIFY_OUTPUTS} from '../verify-command.ts'
import type {VerifyOutput} from '../verify-command.ts'

export default class Verify extends KpCommand {
  static override summary = 'Run every check and prove what the platform claims; changes nothing'
  static override description = 'Exit 0: healthy. 1: a check failed. 8: nothing failed but something is unknown.'
  static override examples = [
    '<%= config.bin %> verify',
    '<%= config.bin %> verify cert-manager',
    '<%= config.bin %> verify --output junit > verify.xml',
    '<%= config.bin %> verify --ignore ingress.address --reason "no balancer" --until 2027-01-31',
  ]
  static override strict = false
  static override args = {phases: Args.string({description: 'Phases; default all', name: 'PHASE…'})}
  static override flags = {
    ...SELECTION_FLAGS,
    output: Flags.option({summary: 'Format', options: VERIFY_OUTPUTS, default: 'table' as VerifyOutput})(),
    'fail-on': Flags.option({summary: 'What counts as failed', options: ['fail', 'warn'] as const, default: 'fail' as 'fail' | 'warn'})(),
    check: Flags.string({summary: 'Only this check', multiple: true, helpValue: 'ID'}),
    ignore: Flags.string({summary: 'Set this check aside', multiple: true, helpValue: 'ID', dependsOn: ['reason', 'until']}),
    reason: Flags.string({summary: 'Why it is set aside'}),
    until: Flags.string({summary: 'Last day on which it is set aside', helpValue: 'YYYY-MM-DD'}),
    wait: Flags.integer({summary: 'Seconds to wait for what takes a while', default: 10, min: 0, max: 3600}),
    watch: Flags.boolean({summary: 'Again and again, every five seconds, until Ctrl-C'}),
  }

  protected async work(): Promise<CommandResult> {
    const {flags, argv} = await this.parse(Verify)
    this.begin(flags)
    const ignored = readIgnored(flags.ignore ?? [], flags.reason, flags.until)
    return this.withPlatform(async (opened) => {
      for (;;) {
        const result = await verifyCommand({
          opened,
          phases: selectByName(opened.ctx.phases, selectionOf(flags, argv as string[])),
          terminal: this.terminal,
          words: this.words(),
          output: flags.json ? 'json' : flags.output,
          failOnWarn: flags['fail-on'] === 'warn',
          checks: flags.check ?? [],
          waitMs: flags.wait * 1000,
          ignored,
        })
        if (!flags.watch || opened.ctx.stopping()) return result
        await this.print(`${new Date().toISOString()}\n${result.text()}\n\n`)
        await opened.ctx.clock.sleep(5000, opened.ctx.signal)
        if (opened.ctx.stopping()) return {...result, text: () => ''}
        opened.ctx.changed()
      }
    })
  }
}

/** @throws KpError USAGE for a day that is none */
function readIgnored(ids: string[], reason = '', until = ''): Map<string, Ignored> {
  if (ids.length === 0) return new Map()
  if (!/^\d{4}-\d{2}-\d{2}$/.test(until) || Number.isNaN(Date.parse(until))) throw new KpError({code: 'USAGE', message: `--until must be a day such as 2027-01-31, not "${until}"`, next: ['give the day as YYYY-MM-DD']})
  // After that day the check counts again.
  if (Date.parse(`${until}T23:59:59Z`) < Date.now()) return new Map()
  return new Map(ids.map((id) => [id, {reason, until}]))
}
