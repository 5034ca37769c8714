/** A node is replaced by a new one: its machine ends, and the pool brings another. */
import type {PlatformContext} from '../../context.ts'
import {KpError} from '../../engine/errors.ts'
import {apiError} from '../../tools/kube-api.ts'
import type {NodeAct} from './act.ts'
import {readNode} from './act.ts'

/** See the file's head. In the lab the node bears the same name again. */
export function replaceAct(name: string): NodeAct {
  let old: string | undefined
  return {
    title: 'end its machine and wait for the new one',
    commands: [`kubectl delete node ${name}`],
    async act(ctx, at) {
      const node = await readNode(ctx, name)
      old = node?.metadata.uid
      if (ctx.lab === undefined) throw new KpError({code: 'GATE', message: `kp cannot end the machine of ${name} on provider ${ctx.spec.provider.type} yet; it takes pods again`, next: [`kubectl drain ${name} --ignore-daemonsets --delete-emptydir-data`, `end its machine by the means of the provider${ctx.aws === undefined ? '' : `: aws ec2 terminate-instances --instance-ids ${machineOf(node?.['spec'])}`}`]})
      await deleteNode(ctx, name)
      ctx.emit({code: 'step.progress', ...at, text: `${name} is gone; its pool brings another`})
      await fillPools(ctx)
    },
    done: (node) => node.metadata.uid !== old,
  }
}

/** `i-0123` of `aws:///eu-central-1a/i-0123`. */
function machineOf(spec: unknown): string {
  return ((spec as {providerID?: string} | undefined)?.providerID ?? '').split('/').at(-1) ?? ''
}

async function deleteNode(ctx: PlatformContext, name: string): Promise<void> {
  const {api} = await ctx.cluster()
  const answer = await ctx.change({doing: `delete node ${name}`, command: `kubectl delete node ${name}`}, () => api.request({method: 'DELETE', path: `/api/v1/nodes/${encodeURIComponent(name)}`}))
  if (answer !== undefined && answer.status >= 300 && answer.status !== 404) throw apiError(answer, `delete node ${name}`)
  ctx.changed()
}

/** What keeps the pools brings back what is missing. */
async function fillPools(ctx: PlatformContext): Promise<void> {
  for (const step of ctx.phases.find(({id}) => id === 'node-pools')?.steps(ctx) ?? []) {
    if ((step.appliesTo?.(ctx) ?? true) !== true) continue
    const probe = await step.probe(ctx)
    if (probe.state === 'absent' || probe.state === 'drifted') await step.apply(ctx, probe)
    ctx.changed()
  }
}
