import {KpCommand} from '../base-command.ts'
import type {CommandResult} from '../base-command.ts'
import {EXIT, KpError} from '../engine/errors.ts'
import {examine, examineMachine} from '../operations/doctor.ts'
import {openToolbox, PROGRAMS} from '../platform/toolbox.ts'
import {neededTools} from '../steps/00-prerequisites/tools.ts'
import {renderDoctor} from '../ui/render-doctor.ts'

export default class Doctor extends KpCommand {
  static override summary = 'Check the prerequisites: tools, credentials, repository, machine'
  static override description = 'Exit 4 where a prerequisite is missing. Works outside of a platform too.'
  static override examples = ['<%= config.bin %> doctor', '<%= config.bin %> doctor --json']

  protected async work(): Promise<CommandResult> {
    const {flags} = await this.parse(Doctor)
    this.begin(flags)
    const opened = await this.open().catch((error: unknown) => {
      if (error instanceof KpError && error.code === 'SPEC_MISSING' && flags.dir === undefined) return undefined
      throw error
    })
    this.showLooking()
    const value =
      opened === undefined
        ? await examineMachine(this.lookUp(), [...PROGRAMS], process.cwd())
        : await examine(opened.ctx, neededTools(opened.ctx))
    const missing = value.checks.some((check) => check.status === 'fail' && check.severity === 'error')
    return {json: value, text: () => renderDoctor(value, this.terminal), exit: missing ? EXIT.prerequisite : value.summary.unknown > 0 ? EXIT.unknown : EXIT.ok}
  }

  private lookUp(): Parameters<typeof examineMachine>[0] {
    const toolbox = openToolbox({env: process.env, emit: this.bus.emit, redact: (text) => this.redactor.text(text), signal: this.watch().signal})
    return (name) => toolbox.look(name)
  }
}
