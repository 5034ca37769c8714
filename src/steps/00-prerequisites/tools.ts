/** The tools of a platform. */
import type {PlatformContext} from '../../context.ts'

/** Names of the tools that this platform needs. */
export function neededTools(ctx: Pick<PlatformContext, 'provider' | 'spec' | 'aws'>): string[] {
  // The AWS CLI gives kubectl and helm their tokens; where there is no API server nobody wants one.
  if (ctx.provider.id === 'eks') return ['kubectl', 'helm', ctx.spec.infra.tool === 'opentofu' ? 'tofu' : 'terraform', ...(ctx.aws?.emulator === undefined ? ['aws'] : [])]
  if (ctx.provider.id === 'kubeadm-aws') return ['kubectl', 'helm', ctx.spec.infra.tool === 'opentofu' ? 'tofu' : 'terraform', ...(ctx.aws?.emulator === undefined ? ['ansible-playbook', ...(ctx.spec.provider.type === 'kubeadm-aws' && ctx.spec.provider.bastion === 'ssm' ? ['aws'] : [])] : [])]
  if (ctx.provider.id === 'bare-metal') return ['kubectl', 'helm', 'ansible-playbook']
  if (ctx.provider.id === 'kind') return ['kubectl', 'helm', 'kind']
  return ctx.provider.id === 'lab' ? ['kubectl', 'helm', 'kwokctl', 'kwok', 'kube-apiserver'] : ['kubectl', 'helm']
}
