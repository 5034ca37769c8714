/** How to try the demo while DNS does not lead to the front door yet. kp never edits /etc/hosts. */
import {lookup} from 'node:dns/promises'
import {isIP} from 'node:net'
import type {PlatformContext} from '../../context.ts'
import {findAddress} from './address.ts'
import {demoHost} from './names.ts'

/** Longest wait for DNS. */
const LIMIT_MS = 2000

/** What DNS says of a name. */
export type Resolve = (name: string) => Promise<string[]>

/** Asks the resolver of this machine; nothing where it does not know the name or does not answer in time. */
export const resolveHere: Resolve = async (name) => {
  const late = new Promise<[]>((resolve) => setTimeout(() => resolve([]), LIMIT_MS).unref())
  const found = lookup(name, {all: true, family: 4}).then((entries) => entries.map(({address}) => address), () => [])
  return Promise.race([found, late])
}

/**
 * The lines that lead to the demo without DNS.
 * @returns nothing where DNS leads there already, or where there is no address
 */
export async function testHostLines(ctx: PlatformContext, resolve: Resolve = resolveHere): Promise<string[]> {
  const {demo} = ctx.spec.phases.ingress
  if (!demo.enabled) return []
  const host = demoHost(ctx)
  const door = ctx.lab?.services.place('front-door')?.more['https']
  if (door !== undefined) return [`${host} answers at the lab's front door`, `  curl --insecure --resolve ${host}:${door}:127.0.0.1 https://${host}:${door}/`, 'The pod behind it is simulated; routes, certificate and metrics are real.']
  const found = demo.address ?? (await findAddress(ctx))?.addresses[0]
  if (found === undefined) return []
  const [addresses, named] = await Promise.all([isIP(found) === 0 ? resolve(found) : Promise.resolve([found]), resolve(host)])
  if (named.some((address) => addresses.includes(address))) return []
  const [address] = addresses
  if (address === undefined) return [`${host} does not lead to the platform yet: make a CNAME record to ${found}.`]
  return [
    `${host} does not lead to ${address} yet. Until DNS does, try it with`,
    `  curl --resolve ${host}:443:${address} https://${host}/`,
    'or with this line in /etc/hosts (kp does not change it):',
    `  ${address} ${host}`,
    ...(ctx.provider.simulated ? ['In the lab the address is simulated: nothing answers there.'] : []),
  ]
}

/** The same, for what is printed after a run: nothing where the cluster cannot be asked. */
export async function testHostHints(ctx: PlatformContext): Promise<string[]> {
  return testHostLines(ctx).catch(() => [])
}
