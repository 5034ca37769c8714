/** The tools of a platform. */
import type {PlatformContext} from '../../context.ts'

/** Names of the tools that this platform needs. */
export function neededTools(ctx: Pick<PlatformContext, 'provider'>): string[] {
  return ctx.provider.id === 'lab' ? ['kubectl', 'helm', 'kwokctl', 'kwok', 'kube-apiserver'] : ['kubectl', 'helm']
}
