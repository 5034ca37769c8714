import {Args, Flags} from '@oclif/core'
import {KpCommand} from '../base-command.ts'
import type {CommandResult} from '../base-command.ts'
import {openJournal} from '../engine/journal.ts'
import {EXIT, KpError} from '../engine/errors.ts'
import {HOME} from '../home.ts'
import {blanksOf, fillBlanks, runnable} from '../operations/runbook/commands.ts'
import {listRunbooks, readRunbook, runbookResult, runCommand} from '../operations/runbook/index.ts'
import type {Runbook, RunbookCommand, RunbookSection} from '../operations/runbook/parse.ts'
import type {OpenedPlatform} from '../platform/open.ts'
import {guardCluster} from '../platform/session.ts'
import {terminalAsker} from '../prompts/ask-terminal.ts'
import type {Asker} from '../prompts/wizard.ts'
import {commandLines, renderRan, renderRunbook, renderRunbookHead, renderRunbookList, stepLines} from '../ui/render-runbook.ts'
import type {RunbookResult} from '../ui/results.ts'

type Answer = 'run' | 'next' | 'section' | 'quit'

export default class RunbookCommandClass extends KpCommand {
  static override summary = 'Walk through a runbook: what to look at, the command, its result'
  static override description = 'On a terminal step by step: each command is run when you say so, with the platform\'s own kubeconfig, its result is checked and written down. Elsewhere the whole runbook is printed with the names put in. Without a name it lists them.'
  static override examples = ['<%= config.bin %> runbook', '<%= config.bin %> runbook node-not-ready --set node=general-a-1', '<%= config.bin %> runbook application-down --set namespace=demo --set name=demo']
  static override args = {name: Args.string({description: 'Name of the runbook', name: 'NAME'})}
  static override flags = {
    set: Flags.string({summary: 'A name that its commands leave open', multiple: true, helpValue: 'KEY=VALUE'}),
    print: Flags.boolean({summary: 'Print it, also on a terminal'}),
  }

  private readonly names: Record<string, string> = {}
  private readonly ran: RunbookResult['ran'] = []

  protected async work(): Promise<CommandResult> {
    const {flags, args} = await this.parse(RunbookCommandClass)
    this.begin(flags)
    if (args.name === undefined) {
      const value = listRunbooks(HOME)
      return {json: value, text: () => renderRunbookList(value, this.terminal)}
    }
    for (const pair of flags.set ?? []) {
      const [key = '', ...rest] = pair.split('=')
      if (rest.length === 0) throw new KpError({code: 'USAGE', message: `--set takes KEY=VALUE, not "${pair}"`})
      this.names[key] = rest.join('=')
    }
    const runbook = readRunbook(HOME, args.name)
    if (!this.terminal.interactive || this.global.json || flags.print) {
      const value = runbookResult(runbook, this.names)
      return {json: value, text: () => renderRunbook(value, this.terminal)}
    }
    return this.walk(runbook)
  }

  /** Section by section, step by step. Nothing is run that nobody asked for. */
  private async walk(runbook: Runbook): Promise<CommandResult> {
    const runId = this.newRun()
    const opened = await this.open({runId})
    const {ctx} = opened
    await guardCluster(ctx)
    const {environment, platform} = ctx.spec
    this.names['cluster'] ??= environment.cluster
    this.names['environment'] ??= environment.name
    await this.print(`${platform} · environment ${environment.name} · cluster ${environment.cluster}\n\n${renderRunbookHead(runbook, this.terminal)}\n`)
    const journal = openJournal(ctx.paths.runs, runId, (value) => this.redactor.value(value))
    this.bus.listen((event) => journal.append(event))
    const started = Date.now()
    const ask = terminalAsker({input: process.stdin, output: process.stdout, colour: this.terminal.colour, unicode: this.terminal.unicode})
    this.bus.emit({code: 'run.started', data: {command: `kp runbook ${runbook.name}`, environment: environment.name, cluster: environment.cluster}})
    let result = 'ok'
    try {
      for (const section of runbook.sections) if ((await this.walkSection(section, {ask, opened})) === 'quit') break
    } catch (error) {
      result = error instanceof KpError && error.code === 'INTERRUPTED' ? 'interrupted' : 'failed'
      throw error
    } finally {
      this.bus.emit({code: 'run.finished', data: {result, durationMs: Date.now() - started}})
      journal.close()
      await opened.save()
    }
    const value = {...runbookResult(runbook, this.names), ran: this.ran}
    const failed = value.ran.filter(({ok}) => !ok).length
    return {json: value, text: () => renderRan(value, this.terminal), exit: failed === 0 ? EXIT.ok : EXIT.unhealthy}
  }

  private async walkSection({title, text, steps}: RunbookSection, world: {ask: Asker; opened: OpenedPlatform}): Promise<'quit' | 'on'> {
    await this.print(`${stepLines(title, text, this.terminal).join('\n')}\n`)
    for (const [index, step] of steps.entries()) {
      await this.print(`${stepLines('', `${index + 1}. ${step.text}`, this.terminal).join('\n')}\n`)
      for (const command of step.commands) {
        const answer = await this.offer(command, world)
        if (answer === 'quit') return 'quit'
        if (answer === 'section') return 'on'
      }
    }
    if (steps.length > 0) return 'on'
    return (await world.ask.choose('Read', [{value: 'next', name: 'Go on'}, {value: 'quit', name: 'Stop here'}], 'next')) === 'quit' ? 'quit' : 'on'
  }

  private async offer({command, expect}: RunbookCommand, {ask, opened}: {ask: Asker; opened: OpenedPlatform}): Promise<Answer> {
    for (;;) {
      const filled = fillBlanks(command, this.names)
      const open = blanksOf(filled)
      const how = open.length > 0 ? undefined : runnable(filled)
      await this.print(`${commandLines(filled, this.terminal, typeof how === 'string' ? how : undefined).join('\n')}\n`)
      const may = open.length > 0 || typeof how === 'object'
      const answer = (await ask.choose('What now', [...(may ? [{value: 'run', name: open.length > 0 ? `Run it: first say what ${open.map((name) => `<${name}>`).join(', ')} is` : 'Run it'}] : []), {value: 'next', name: may ? 'Leave it out' : 'Done, go on'}, {value: 'section', name: 'On to the next section'}, {value: 'quit', name: 'Stop here'}], may ? 'run' : 'next')) as Answer
      this.bus.emit({code: 'prompt.answered', data: {question: filled, answer}})
      if (answer !== 'run') return answer
      for (const name of open) this.names[name] = (await ask.type(`${name}?`, '', (text) => (/^[\w@%+=:,./-]+$/.test(text) ? undefined : 'letters, digits and .:/-_ only'))).trim()
      const ready = fillBlanks(command, this.names)
      if (typeof runnable(ready) === 'string') continue
      const {output, ...ran} = await runCommand(opened.ctx, {command: ready, expect}, {program: process.execPath, args: [...process.execArgv, process.argv[1] ?? '']})
      this.ran.push(ran)
      this.bus.emit({code: ran.ok ? 'note' : 'warning', text: `${ready.split('\n')[0]}: ${ran.ok ? 'as expected' : ran.reason}`, data: {command: ready, exitCode: ran.exitCode}})
      await this.print(`${this.redactor.text(output)}\n${ran.ok ? '' : `${ran.reason}\n`}\n`)
      return 'next'
    }
  }
}
