import {KpCommand} from '../../base-command.ts'
import type {CommandResult} from '../../base-command.ts'
import {listTools} from '../../operations/tools.ts'
import {openToolbox} from '../../platform/toolbox.ts'
import {renderTools} from '../../ui/render-doctor.ts'

export default class Tools extends KpCommand {
  static override summary = 'List the tools that kp uses, and where they are'
  static override examples = ['<%= config.bin %> tools', '<%= config.bin %> tools install']

  protected async work(): Promise<CommandResult> {
    const {flags} = await this.parse(Tools)
    this.begin(flags)
    const toolbox = openToolbox({env: process.env, emit: this.bus.emit, redact: (text) => this.redactor.text(text), signal: this.watch().signal})
    const value = await listTools(toolbox)
    return {json: value, text: () => renderTools(value, this.terminal)}
  }
}
