import {KpCommand} from '../../base-command.ts'
import type {CommandResult} from '../../base-command.ts'
import {labFact} from '../../operations/labs.ts'
import {openToolbox} from '../../platform/toolbox.ts'
import {renderLabList} from '../../ui/render-lab.ts'
import type {LabListResult} from '../../ui/results.ts'

export default class LabList extends KpCommand {
  static override summary = 'List the labs of this machine'
  static override examples = ['<%= config.bin %> lab list']

  protected async work(): Promise<CommandResult> {
    const {flags} = await this.parse(LabList)
    this.begin(flags)
    const {labs} = openToolbox({env: process.env, emit: this.bus.emit, redact: (text) => this.redactor.text(text), signal: this.watch().signal})
    const value: LabListResult = {schema: 'kp/lab-list/v1', labs: (await labs.list()).map(labFact)}
    return {json: value, text: () => renderLabList(value, this.terminal)}
  }
}
