import {Args, Flags} from '@oclif/core'
import {KpCommand} from '../../../base-command.ts'
import type {CommandResult} from '../../../base-command.ts'
import {scenarioCommand} from '../../../scenario-command.ts'

export default class LabScenarioStart extends KpCommand {
  static override summary = 'Make the cause of an incident in the lab'
  static override examples = ['<%= config.bin %> lab scenario start node-unplugged', '<%= config.bin %> lab scenario start image-missing --set namespace=orders --yes']
  static override args = {name: Args.string({description: 'Name of the scenario', name: 'NAME', required: true})}
  static override flags = {set: Flags.string({summary: 'Another name for what the scenario makes', multiple: true, helpValue: 'KEY=VALUE'})}
  protected async work(): Promise<CommandResult> {
    const {flags, args} = await this.parse(LabScenarioStart)
    this.begin(flags)
    return scenarioCommand({action: 'start', name: args.name, given: flags.set ?? [], terminal: this.terminal, within: (work) => this.withPlatform(work), ask: (question) => this.ask(question)})
  }
}
