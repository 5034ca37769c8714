import {Args} from '@oclif/core'
import {KpCommand} from '../../../base-command.ts'
import type {CommandResult} from '../../../base-command.ts'
import {scenarioCommand} from '../../../scenario-command.ts'

export default class LabScenarioStop extends KpCommand {
  static override summary = 'Take back what is left of an incident'
  static override examples = ['<%= config.bin %> lab scenario stop node-unplugged']
  static override args = {name: Args.string({description: 'Name of the scenario', name: 'NAME', required: true})}

  protected async work(): Promise<CommandResult> {
    const {flags, args} = await this.parse(LabScenarioStop)
    this.begin(flags)
    return scenarioCommand({action: 'stop', name: args.name, given: [], terminal: this.terminal, within: (work) => this.withPlatform(work), ask: (question) => this.ask(question)})
  }
}
