import {Flags} from '@oclif/core'
import {KpCommand} from '../../base-command.ts'
import type {CommandResult} from '../../base-command.ts'
import {EXIT} from '../../engine/errors.ts'
import {checkCertificates} from '../../operations/certs/check.ts'
import {guardCluster} from '../../platform/session.ts'
import {renderCertsCheck} from '../../ui/render-certs.ts'

export default class CertsCheck extends KpCommand {
  static override summary = 'Say when certificates end, who renews them, and what to do'
  static override description = 'API server, kubeconfig, CA, etcd, webhooks, mesh anchors, listeners, Secrets. Exit code 1 where one ends within the threshold and nobody renews it, or where a renewal is late; 8 where one cannot be seen. Changes nothing.'
  static override examples = ['<%= config.bin %> certs check', '<%= config.bin %> certs check --threshold 90d', "<%= config.bin %> certs check --json | jq '.certificates[] | select(.status != \"ok\")'"]
  static override flags = {threshold: Flags.string({summary: 'How near an end counts; default phases.day2.certificateThreshold', helpValue: '30d'})}

  protected async work(): Promise<CommandResult> {
    const {flags} = await this.parse(CertsCheck)
    this.begin(flags)
    return this.withPlatform(async ({ctx}) => {
      await guardCluster(ctx)
      const value = await checkCertificates(ctx, flags.threshold)
      const {due, expired, unknown} = value.summary
      return {json: value, text: () => renderCertsCheck(value, this.terminal), exit: due + expired > 0 ? EXIT.unhealthy : unknown > 0 ? EXIT.unknown : EXIT.ok}
    })
  }
}
