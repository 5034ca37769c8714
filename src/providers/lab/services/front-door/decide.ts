/** What becomes of a request: which pod answers it, or what the controller says instead. Pure but for chance. */
import type {DoorPod, DoorService} from './kinds.ts'
import {mayReach} from './policies.ts'
import type {Caller} from './policies.ts'
import type {Asked, Backend, Entry, Outcome} from './types.ts'
import {BEHAVIOURS, isAlive, proxiesOf} from './ways.ts'
import type {Way} from './ways.ts'
import type {World} from './world.ts'

/** Numbers from 0 to 1, such as `Math.random`. */
export type Chance = () => number

interface Endpoint {
  address: string
  node: string
  pod: string
  port: number
}

/** What a controller says where no route takes the request. */
export const NO_ROUTE: Outcome = {kind: 'refuse', status: 404, reason: 'no route takes this host and path', delayMs: 0, reached: false}

/** See above. */
export function decide(world: World, entry: Entry, asked: Asked, chance: Chance): Outcome {
  const {action, way} = entry
  if (action.kind === 'redirect') return {kind: 'redirect', status: action.status, scheme: action.scheme ?? asked.scheme, host: action.host ?? asked.host, port: action.port}
  const behaviour = BEHAVIOURS[way.controller]
  const backend = byWeight(action.backends, chance)
  if (backend === undefined) return refuse(500, 'the rule leads nowhere')
  const service = world.get('services', backend.namespace, backend.service)
  const port = service?.ports.find((one) => one.port === backend.port || one.name === backend.port)
  if (service === undefined || port === undefined) return refuse(behaviour.noService, `Service ${backend.namespace}/${backend.service} ${service === undefined ? 'does not exist' : `has no port ${backend.port}`}`)
  const endpoints = readyEndpoints(world, service, port.name)
  if (endpoints.length === 0) return refuse(503, `Service ${service.namespace}/${service.name} has no ready endpoint`)
  const from = Math.floor(chance() * endpoints.length)
  const order = [...endpoints.slice(from), ...endpoints.slice(0, from)].slice(0, behaviour.tries)
  return tryAll(world, way, service, order, chance)
}

/** One after the other, until one answers. */
function tryAll(world: World, way: Way, service: DoorService, endpoints: Endpoint[], chance: Chance): Outcome {
  const {connectMs, timedOut, refused} = BEHAVIOURS[way.controller]
  const caller = callerOf(world, way)
  let waited = 0
  let last: Outcome = refuse(503, 'nobody was asked')
  for (const endpoint of endpoints) {
    const pod = world.get('pods', service.namespace, endpoint.pod)
    const gone = endpoint.pod !== '' && pod === undefined && world.knowsPods(service.namespace)
    const deaf = pod !== undefined && pod.ports.length > 0 && !pod.ports.includes(endpoint.port)
    if (!isAlive(world, endpoint.node) || (pod !== undefined && caller !== undefined && !mayReach(world, caller, pod, endpoint.port))) {
      waited += connectMs
      last = {...refuse(timedOut, `nobody answers at ${endpoint.address}:${endpoint.port}`), reached: true, delayMs: waited}
    } else if (gone || deaf) {
      last = {...refuse(refused, `${endpoint.address}:${endpoint.port} refuses the connection`), reached: true, delayMs: waited}
    } else {
      return answerOf(endpoint, pod, waited, chance)
    }
  }
  return last
}

function answerOf({pod: name, address}: Endpoint, pod: DoorPod | undefined, waited: number, chance: Chance): Outcome {
  const failed = pod !== undefined && pod.errors > 0 && chance() < pod.errors
  return {kind: 'answer', status: failed ? 500 : 200, pod: name === '' ? address : name, delayMs: waited + (pod?.delayMs ?? 0)}
}

function refuse(status: number, reason: string): Extract<Outcome, {kind: 'refuse'}> {
  return {kind: 'refuse', status, reason, delayMs: 0, reached: false}
}

/** The ready ones. Those of a lost node are none, though the lab says of its pods that they are ready: nobody there tells otherwise. */
function readyEndpoints(world: World, service: DoorService, portName: string): Endpoint[] {
  const slices = world.all('endpoints').filter((slice) => slice.namespace === service.namespace && slice.service === service.name)
  return slices.flatMap(({ports, endpoints}) => {
    const port = ports.find(({name}) => name === portName)?.port
    return port === undefined ? [] : endpoints.filter(({ready, node}) => ready && world.get('nodes', '', node)?.lost !== true).map(({address, node, pod}) => ({address, node, pod, port}))
  })
}

/** From where a request comes to the pod: a proxy, or a load balancer beside the nodes. */
function callerOf(world: World, way: Way): Caller | undefined {
  if (way.controller !== 'alb') return proxiesOf(world, way).find(({ready}) => ready)
  const address = world.all('nodes').find(({alive}) => alive)?.address ?? ''
  return address === '' ? undefined : {address}
}

function byWeight(backends: Backend[], chance: Chance): Backend | undefined {
  const total = backends.reduce((sum, {weight}) => sum + weight, 0)
  let left = chance() * total
  return backends.find(({weight}) => weight > 0 && (left -= weight) < 0)
}
