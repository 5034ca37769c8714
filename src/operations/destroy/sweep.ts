/** What the cluster itself made goes before the network that it is in. */
import {requireAws} from '../../checks/terraform/place.ts'
import type {PlatformContext} from '../../context.ts'
import {asKpError, KpError} from '../../engine/errors.ts'
import type {Remainder} from '../../providers/aws/remains/find.ts'
import type {ThingKind} from '../../providers/aws/remains/things.ts'
import {scopeOf} from './memory.ts'
import type {Memory} from './memory.ts'

/** While machines of the node groups run, volumes are attached; and the control plane writes its log group anew. */
const ONLY_AFTER_THE_CLUSTER: readonly ThingKind[] = ['volume', 'log group', 'OIDC provider', 'instance profile']

/** AWS takes its time: interfaces of a load balancer stay for minutes after it. */
const PATIENCE_MS = {before: 3 * 60_000, after: 6 * 60_000}
const PAUSE_MS = 10_000

/** A part of a teardown. */
export interface SweepOptions {
  memory: Memory
  /** Before the stacks go, or after the control plane has gone. */
  when: 'before' | 'after'
  /** What stays on purpose. */
  keeps(thing: Remainder): boolean
}

/** What a sweep would take away. */
export function isSwept(ctx: PlatformContext, thing: Remainder, {when, keeps}: Pick<SweepOptions, 'when' | 'keeps'>): boolean {
  if (thing.maker !== 'cluster' || keeps(thing) || !requireAws(ctx).removable(thing)) return false
  // One that AWS itself or a machine holds goes with its holder, and by nobody's hand.
  if (thing.kind === 'network interface' && thing.goesWith !== undefined) return false
  return when === 'after' || (thing.goesWith === undefined && !ONLY_AFTER_THE_CLUSTER.includes(thing.kind))
}

/**
 * Takes away what the cluster made, again and again while AWS needs time. What does not go is left to the audit.
 * @returns what went
 * @throws KpError INTERRUPTED; what AWS says where it does not answer
 */
export async function sweep(ctx: PlatformContext, options: SweepOptions): Promise<Remainder[]> {
  const aws = requireAws(ctx)
  const until = ctx.clock.now() + PATIENCE_MS[options.when]
  const asked = new Map<string, Remainder>()
  for (;;) {
    const {found} = await aws.remains(scopeOf(ctx, options.memory))
    const todo = found.filter((thing) => isSwept(ctx, thing, options))
    if (todo.length === 0 || ctx.clock.now() > until) {
      const stays = new Set(todo.map(({id}) => id))
      return [...asked.values()].filter(({id}) => !stays.has(id))
    }
    let refused = 0
    for (const thing of todo) {
      if (ctx.stopping()) throw new KpError({code: 'INTERRUPTED', message: 'stopped while what the cluster made was taken away', next: ['run the same command again: it goes on where it is']})
      asked.set(thing.id, thing)
      refused += (await take(ctx, thing, options.when)) ? 0 : 1
    }
    if (refused > 0 || todo.some(({kind}) => kind === 'instance' || kind.endsWith('load balancer'))) await ctx.clock.sleep(refused > 0 ? PAUSE_MS : 1000)
  }
}

/** @returns whether AWS took it; something may still be in its way, or it may not be allowed */
async function take(ctx: PlatformContext, thing: Remainder, when: SweepOptions['when']): Promise<boolean> {
  const {kind, id, name, because} = thing
  const at = {phase: 'destroy', step: when === 'before' ? 'destroy/cluster-made' : 'destroy/cluster-left'}
  try {
    ctx.emit({code: 'step.progress', ...at, text: `taking away ${kind} ${name ?? id} (${because})`})
    await ctx.change({doing: `take away the ${kind} ${id}`, command: thing.remove}, () => requireAws(ctx).remove(thing))
    return true
  } catch (error) {
    const {code, message} = asKpError(error)
    if (code === 'CREDENTIALS_MISSING') throw error
    ctx.emit({code: 'step.progress', ...at, text: `${kind} ${name ?? id} does not go yet: ${message}`})
    return false
  }
}
