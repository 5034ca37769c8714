/** The audit of a teardown: everything of an environment that is in the account, with what it costs. Reads only. */
import type {AwsClients} from '../clients.ts'
import {BALANCER_LOOKS} from './find-balancers.ts'
import {EC2_LOOKS} from './find-ec2.ts'
import {OTHER_LOOKS} from './find-others.ts'
import {reasonOf} from './reason.ts'
import type {Maker} from './reason.ts'
import {removalCommand} from './commands.ts'
import {KINDS} from './things.ts'
import type {AuditScope, Look, Thing} from './things.ts'

/** Something of the environment that is there. */
export interface Remainder extends Thing {
  maker: Maker
  /** By what it was found: a tag, its name, the ledger, or the network that it is in. */
  because: string
  /** What takes it away by hand. */
  remove: string
}

/** A part of the account that could not be looked at: that is not nothing. */
export interface Unseen {
  what: string
  why: string
}

/** What was found. */
export interface Remains {
  found: Remainder[]
  unseen: Unseen[]
}

/** Refusals for one part of the account; without an answer at all nothing is known, and the SDK's error is thrown. */
const REFUSALS = new Set(['AccessDenied', 'AccessDeniedException', 'UnauthorizedOperation', 'AuthorizationError', 'AuthorizationErrorException', 'OptInRequired', 'SubscriptionRequiredException'])

/** Looks through the account. @throws the SDK's errors */
export async function findRemains(clients: AwsClients, scope: AuditScope & {region: string}): Promise<Remains> {
  const unseen: Unseen[] = []
  const look = async ({title, find}: Look): Promise<Thing[]> => {
    try {
      return await find(clients, scope)
    } catch (error) {
      const {name = '', message = ''} = error as {name?: string; message?: string}
      if (!REFUSALS.has(name)) throw error
      unseen.push({what: title, why: message})
      return []
    }
  }
  const things = (await Promise.all([...EC2_LOOKS, ...BALANCER_LOOKS, ...OTHER_LOOKS].map(look))).flat()
  // In a network that is gone there is nothing, whatever is still shown for a while.
  const vpc = things.some(({kind, id}) => kind === 'VPC' && id === scope.vpc) ? scope.vpc : undefined
  const found = things.flatMap((thing): Remainder[] => {
    const reason = reasonOf(thing, {...scope, vpc})
    return reason === undefined ? [] : [{...thing, ...reason, monthly: Math.round(thing.monthly * 100) / 100, remove: removalCommand(thing)}]
  })
  return {found: found.toSorted((a, b) => KINDS.indexOf(a.kind) - KINDS.indexOf(b.kind) || a.id.localeCompare(b.id)), unseen}
}
