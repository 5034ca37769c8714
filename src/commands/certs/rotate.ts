import {Args, Flags} from '@oclif/core'
import type {CommandResult} from '../../base-command.ts'
import {OperationCommand} from '../../operation-command.ts'
import {planRotation, rotateCertificates, rotateStages} from '../../operations/certs/rotate.ts'
import {renderCertsRotate, renderRotationPlan} from '../../ui/render-certs.ts'

export default class CertsRotate extends OperationCommand {
  static override summary = 'Have certificates issued anew, and restart what reads them'
  static override description = 'Those of cert-manager that are due, or the named ones. What reads a certificate from a volume or its environment is restarted, one workload after the other, each until it is ready. For a self-hosted control plane the commands of kubeadm are printed.'
  static override examples = ['<%= config.bin %> certs rotate', '<%= config.bin %> certs rotate demo/demo-tls --yes', '<%= config.bin %> certs rotate linkerd/linkerd-identity-issuer --no-restart']
  static override args = {certificate: Args.string({description: 'Certificate; default all that are due', name: 'NAMESPACE/NAME'})}
  static override flags = {restart: Flags.boolean({summary: 'Restart what reads them', default: true, allowNo: true})}

  protected async work(): Promise<CommandResult> {
    const {args, flags} = await this.parse(CertsRotate)
    this.begin(flags)
    const value = await this.operate({
      command: 'kp certs rotate',
      id: 'certs',
      title: 'Issue certificates anew',
      work: async (ctx, begin) => {
        const planned = await planRotation(ctx, {names: args.certificate === undefined ? [] : [args.certificate], restart: flags.restart})
        const shown = planned.map(({certificate, consumers}) => ({certificate: `${certificate.metadata.namespace}/${certificate.metadata.name}`, restarts: consumers.map(({workload}) => `${workload.kind} ${workload.metadata.name}`)}))
        if (planned.length > 0) await begin({risk: 'disrupts', what: `issue ${planned.length} ${planned.length === 1 ? 'certificate' : 'certificates'} of ${ctx.spec.environment.cluster} anew`, shown: `${renderRotationPlan(shown, this.terminal)}\n`, stages: rotateStages(planned)})
        return rotateCertificates(ctx, planned)
      },
    })
    return {json: value, text: () => renderCertsRotate(value, this.terminal)}
  }
}
