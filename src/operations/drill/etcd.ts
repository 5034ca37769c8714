/** The part of a drill that is about the data of the lab's etcd. */
import type {PlatformContext} from '../../context.ts'
import {KpError} from '../../engine/errors.ts'

/** What can be done, by name. @returns what was done, in words */
export function etcdSteps(ctx: PlatformContext, id: string): (what: 'snapshot' | 'restore') => Promise<string> {
  return (what) => {
    throw new KpError({code: 'GATE', message: `${what} ${id} ${ctx.spec.platform}`})
  }
}
