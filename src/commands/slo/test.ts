import {KpCommand} from '../../base-command.ts'
import type {CommandResult} from '../../base-command.ts'
import {EXIT} from '../../engine/errors.ts'
import {testSlos} from '../../operations/slo.ts'
import {renderSloTest} from '../../ui/render-slo.ts'

export default class SloTest extends KpCommand {
  static override summary = 'Test the rules of the objectives on made-up traffic'
  static override description = 'With the real promtool and without a cluster: the rules are checked, then run on traffic in which all is well, a part fails, everything fails, nothing happens, and nothing is measured. Says which alert fires when. Exit 1 where one does not.'
  static override examples = ['<%= config.bin %> slo test', '<%= config.bin %> slo test --json']

  protected async work(): Promise<CommandResult> {
    const {flags} = await this.parse(SloTest)
    this.begin(flags)
    return this.withPlatform(async ({ctx}) => {
      const value = await testSlos(ctx)
      return {json: value, text: () => renderSloTest(value, this.terminal), exit: value.result === 'passed' ? EXIT.ok : EXIT.unhealthy}
    })
  }
}
