import {Args} from '@oclif/core'
import {KpCommand} from '../../base-command.ts'
import type {CommandResult} from '../../base-command.ts'
import {policyReportOf} from '../../operations/policy.ts'
import {guardCluster} from '../../platform/session.ts'
import {renderPolicyReport} from '../../ui/render-policy.ts'

export default class PolicyReport extends KpCommand {
  static override summary = 'Name the workloads that the policies would block, and why'
  static override description = 'Looks at every workload and at pods of their own, by the rules of kp.yaml (phases.security.podSecurity). Changes nothing; always exit 0 where it could look.'
  static override examples = ['<%= config.bin %> policy report', '<%= config.bin %> policy report shop', "<%= config.bin %> policy report --json | jq -r '.blocked[] | .namespace + \"/\" + .name'"]
  static override args = {namespace: Args.string({description: 'Only this namespace', name: 'NAMESPACE'})}

  protected async work(): Promise<CommandResult> {
    const {flags, args} = await this.parse(PolicyReport)
    this.begin(flags)
    return this.withPlatform(async ({ctx}) => {
      await guardCluster(ctx)
      const value = await policyReportOf(ctx, args.namespace)
      return {json: value, text: () => renderPolicyReport(value, this.terminal)}
    })
  }
}
