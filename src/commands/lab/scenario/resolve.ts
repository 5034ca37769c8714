import {Args} from '@oclif/core'
import {KpCommand} from '../../../base-command.ts'
import type {CommandResult} from '../../../base-command.ts'
import {scenarioCommand} from '../../../scenario-command.ts'

export default class LabScenarioResolve extends KpCommand {
  static override summary = 'Play the other side: what a fix does outside of the cluster'
  static override examples = ['<%= config.bin %> lab scenario resolve node-unplugged']
  static override args = {name: Args.string({description: 'Name of the scenario', name: 'NAME', required: true})}

  protected async work(): Promise<CommandResult> {
    const {flags, args} = await this.parse(LabScenarioResolve)
    this.begin(flags)
    return scenarioCommand({action: 'resolve', name: args.name, given: [], terminal: this.terminal, within: (work) => this.withPlatform(work), ask: (question) => this.ask(question)})
  }
}
