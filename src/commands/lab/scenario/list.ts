import {KpCommand} from '../../../base-command.ts'
import type {CommandResult} from '../../../base-command.ts'
import {listScenarios} from '../../../operations/scenarios/index.ts'
import {renderScenarioList} from '../../../ui/render-scenario.ts'
import type {LabScenarioListResult} from '../../../ui/results.ts'

export default class LabScenarioList extends KpCommand {
  static override summary = 'List the incidents to practise on'
  static override examples = ['<%= config.bin %> lab scenario list']

  protected async work(): Promise<CommandResult> {
    const {flags} = await this.parse(LabScenarioList)
    this.begin(flags)
    return this.withPlatform(async ({ctx}) => {
      const value: LabScenarioListResult = {
        schema: 'kp/lab-scenario-list/v1',
        scenarios: listScenarios(ctx).map(({scenario, started, fits}) => ({name: scenario.name, title: scenario.title, pitfall: scenario.pitfall, started, fits: fits ?? null, parameters: scenario.parameters})),
      }
      return {json: value, text: () => renderScenarioList(value, this.terminal)}
    })
  }
}
