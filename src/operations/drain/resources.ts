/** What pods ask for and nodes have, as numbers in columns. Pure. */
import {quantity} from '../../checks/quantities.ts'
import type {KubeObject} from '../../tools/kube-api.ts'
import type {PodObject, PodSpec} from './pods.ts'

/** What pods of one kind ask for: columns and amounts side by side. Shared between equal ones. */
export interface Requests {
  columns: number[]
  amounts: number[]
  /** Ports of the node that it takes: `TCP/8080`. */
  ports: string[]
}

/** Gives names of resources their columns, and reads amounts once. */
export class ResourceTable {
  readonly names: string[] = []
  readonly #columns = new Map<string, number>()
  readonly #amounts = new Map<string, number>()
  readonly #requests = new Map<string, Requests>()

  /** The column of a resource. */
  column(name: string): number {
    const known = this.#columns.get(name)
    if (known !== undefined) return known
    this.#columns.set(name, this.names.length)
    this.names.push(name)
    return this.names.length - 1
  }

  /** The number of a quantity. */
  amount(text: string | number): number {
    const key = String(text)
    const known = this.#amounts.get(key)
    if (known !== undefined) return known
    const amount = quantity(key)
    this.#amounts.set(key, amount)
    return amount
  }

  /** What a pod asks of a node, as the scheduler adds it up. */
  requestsOf(pod: PodObject): Requests {
    const totals = totalsOf(pod.spec ?? {}, (text) => this.amount(text))
    const ports = portsOf(pod.spec ?? {})
    let key = ports.join(',')
    for (const [name, amount] of totals) key += `|${name}=${amount}`
    const known = this.#requests.get(key)
    if (known !== undefined) return known
    const wanted = [...totals].filter(([, amount]) => amount > 0)
    const requests: Requests = {columns: [this.column('pods'), ...wanted.map(([name]) => this.column(name))], amounts: [1, ...wanted.map(([, amount]) => amount)], ports}
    this.#requests.set(key, requests)
    return requests
  }

  /** What a node has for pods. */
  allocatable(node: KubeObject): Map<number, number> {
    const {allocatable = {}} = (node['status'] ?? {}) as {allocatable?: Record<string, string>}
    return new Map(Object.entries(allocatable).map(([name, text]) => [this.column(name), this.amount(text)]))
  }
}

function totalsOf(spec: PodSpec, amountOf: (text: string) => number): Map<string, number> {
  const running = new Map<string, number>()
  const starting = new Map<string, number>()
  const beside = new Map<string, number>()
  const add = (to: Map<string, number>, requests: Record<string, string> | undefined): void => {
    for (const name in requests) to.set(name, (to.get(name) ?? 0) + amountOf(requests[name] ?? '0'))
  }
  for (const {resources} of spec.containers ?? []) add(running, resources?.requests)
  for (const {resources, restartPolicy} of spec.initContainers ?? []) {
    // One that goes on running counts beside the others; of the rest each runs alone, beside those that go on.
    if (restartPolicy === 'Always') add(beside, resources?.requests)
    else for (const name in resources?.requests) starting.set(name, Math.max(starting.get(name) ?? 0, amountOf(resources?.requests?.[name] ?? '0') + (beside.get(name) ?? 0)))
  }
  for (const [name, amount] of beside) running.set(name, (running.get(name) ?? 0) + amount)
  for (const [name, amount] of starting) running.set(name, Math.max(running.get(name) ?? 0, amount))
  for (const name in spec.resources?.requests) running.set(name, amountOf(spec.resources?.requests?.[name] ?? '0'))
  add(running, spec.overhead)
  return running
}

function portsOf(spec: PodSpec): string[] {
  const found: string[] = []
  for (const {ports} of spec.containers ?? []) for (const {hostPort, protocol = 'TCP'} of ports ?? []) if (hostPort !== undefined && hostPort > 0) found.push(`${protocol}/${hostPort}`)
  return found
}
