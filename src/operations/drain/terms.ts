/**
 * What pods want of other pods: affinity, anti-affinity, topology spread. Each rule counts matching pods by domain (zone, host),
 * so that a place is judged by looking at one number. Pure.
 */
import {selects} from './pods.ts'
import type {LabelSelector, PodObject, PodTerm, SpreadConstraint} from './pods.ts'

/** A rule about pods of some namespaces in the domains of one key. */
export interface Term {
  topologyKey: string
  selector: LabelSelector | undefined
  /** Matching pods by domain. */
  matching: Map<string, number>
  /** By domain, pods that have this rule as an anti-affinity themselves. */
  owners: Map<string, number>
  total: number
}

/** A spread with the domains that count for it. */
export interface Spread {
  topologyKey: string
  selector: LabelSelector | undefined
  counts: Map<string, number>
  lowest: number
  /** How many domains are at the lowest count. */
  atLowest: number
  /** Whether a node counts. */
  eligible(node: number): boolean
}

/** What pods of one class want of others, and which rules count them. */
export interface ClassTerms {
  affinity: Term[]
  anti: Term[]
  spreads: {spread: Spread; maxSkew: number; self: boolean}[]
  matched: Term[]
  matchedSpreads: Spread[]
  /** What of it the simulation does not know. */
  unknown: string | undefined
}

/** What is asked about nodes, by their indexes. */
interface NodeFacts {
  nodes: number
  /** The value of a label. */
  domainOf(key: string, node: number): string | undefined
  /** False for one that comes later, or is gone. */
  isThere(node: number): boolean
}

/** Finds rules again, and those that count a pod. */
export class TermTable {
  readonly #terms = new Map<string, Term>()
  readonly #spreads = new Map<string, Spread>()
  readonly #byLabel = new Map<string, (Term | Spread)[]>()
  readonly #namespaces: Map<string, Record<string, string>>
  readonly #domainOf: (key: string, node: number) => string | undefined
  readonly #nodes: number
  readonly #isThere: (node: number) => boolean

  constructor(namespaces: Map<string, Record<string, string>>, {nodes, domainOf, isThere}: NodeFacts) {
    this.#namespaces = namespaces
    this.#nodes = nodes
    this.#domainOf = domainOf
    this.#isThere = isThere
  }

  /** A node came or went: its domains count for spreads as long as a node of them is there. */
  countDomains(): void {
    for (const spread of this.#spreads.values()) {
      const domains = this.#domainsOf(spread)
      for (const domain of spread.counts.keys()) if (!domains.has(domain)) spread.counts.delete(domain)
      for (const domain of domains) if (!spread.counts.has(domain)) spread.counts.set(domain, 0)
      findLowest(spread)
    }
  }

  /** The rules that a pod brings. `eligible` says on which nodes it may run by its selectors, named by `key`. */
  rulesOf(pod: PodObject, eligible: (node: number) => boolean, key: string): Pick<ClassTerms, 'affinity' | 'anti' | 'spreads' | 'unknown'> {
    const {affinity: wants, topologySpreadConstraints = []} = pod.spec ?? {}
    const namespace = pod.metadata.namespace ?? ''
    const labels = pod.metadata.labels ?? {}
    let unknown: string | undefined
    const terms = (list: PodTerm[] | undefined): Term[] => (list ?? []).map((term) => {
      if ((term.mismatchLabelKeys ?? []).length > 0) unknown = 'mismatchLabelKeys of its affinity'
      return this.#term({...term, labelSelector: withKeys(term.labelSelector, term.matchLabelKeys, labels) ?? {}}, namespace)
    })
    const affinity = terms(wants?.podAffinity?.requiredDuringSchedulingIgnoredDuringExecution)
    const anti = terms(wants?.podAntiAffinity?.requiredDuringSchedulingIgnoredDuringExecution)
    const strict = topologySpreadConstraints.filter(({whenUnsatisfiable}) => whenUnsatisfiable === 'DoNotSchedule')
    const odd = strict.find(({minDomains, nodeAffinityPolicy = 'Honor', nodeTaintsPolicy = 'Ignore'}) => minDomains !== undefined || nodeAffinityPolicy !== 'Honor' || nodeTaintsPolicy !== 'Ignore')
    if (odd !== undefined) unknown = `its spread over ${odd.topologyKey}, which is told to count nodes otherwise`
    const spreads = strict.map((one) => {
      const selector = withKeys(one.labelSelector, one.matchLabelKeys, labels)
      return {spread: this.#spread({one, selector, namespace, eligible, key}), maxSkew: one.maxSkew, self: selects(selector, labels)}
    })
    return {affinity, anti, spreads, unknown}
  }

  /** The rules that count a pod with these labels. */
  countedBy(namespace: string, labels: Record<string, string>): {matched: Term[]; matchedSpreads: Spread[]} {
    const matched: Term[] = []
    const matchedSpreads: Spread[] = []
    const take = (list: (Term | Spread)[] | undefined): void => {
      for (const rule of list ?? []) {
        if (!selects(rule.selector, labels)) continue
        if ('owners' in rule) matched.push(rule)
        else matchedSpreads.push(rule)
      }
    }
    take(this.#byLabel.get(`${namespace}/`))
    for (const key in labels) take(this.#byLabel.get(`${namespace}/${key}=${labels[key]}`))
    return {matched, matchedSpreads}
  }

  /** A pod of a class comes to a node (1) or leaves it (-1). */
  move({matched, matchedSpreads, anti}: ClassTerms, node: number, by: 1 | -1): void {
    for (const term of matched) {
      const domain = this.#domainOf(term.topologyKey, node)
      if (domain === undefined) continue
      term.matching.set(domain, (term.matching.get(domain) ?? 0) + by)
      term.total += by
    }
    for (const term of anti) {
      const domain = this.#domainOf(term.topologyKey, node)
      if (domain !== undefined) term.owners.set(domain, (term.owners.get(domain) ?? 0) + by)
    }
    for (const spread of matchedSpreads) {
      const domain = this.#domainOf(spread.topologyKey, node)
      if (domain !== undefined && spread.eligible(node)) count(spread, domain, by)
    }
  }

  /** Why a pod of a class may not come to a node; undefined where it may. */
  complain({affinity, anti, spreads, matched}: ClassTerms, node: number): string | undefined {
    for (const {topologyKey, matching} of anti) {
      const domain = this.#domainOf(topologyKey, node)
      if (domain !== undefined && (matching.get(domain) ?? 0) > 0) return `its anti-affinity over ${topologyKey}`
    }
    for (const {topologyKey, owners} of matched) {
      const domain = this.#domainOf(topologyKey, node)
      if (domain !== undefined && (owners.get(domain) ?? 0) > 0) return `the anti-affinity of other pods over ${topologyKey}`
    }
    for (const term of affinity) {
      const domain = this.#domainOf(term.topologyKey, node)
      if (domain === undefined) return `its affinity over ${term.topologyKey}`
      // The first of its kind may come anywhere.
      if ((term.matching.get(domain) ?? 0) === 0 && !(term.total === 0 && matched.includes(term))) return `its affinity over ${term.topologyKey}`
    }
    for (const {spread, maxSkew, self} of spreads) {
      const domain = this.#domainOf(spread.topologyKey, node)
      if (domain === undefined) return `its spread over ${spread.topologyKey}`
      if ((spread.counts.get(domain) ?? 0) + (self ? 1 : 0) - spread.lowest > maxSkew) return `its spread over ${spread.topologyKey}`
    }
    return undefined
  }

  #term(term: PodTerm, home: string): Term {
    const namespaces = this.#namespacesOf(term, home)
    const id = `${namespaces.join(',')} ${term.topologyKey} ${JSON.stringify(term.labelSelector)}`
    const known = this.#terms.get(id)
    if (known !== undefined) return known
    const made: Term = {topologyKey: term.topologyKey, selector: term.labelSelector, matching: new Map(), owners: new Map(), total: 0}
    this.#terms.set(id, made)
    for (const namespace of namespaces) this.#register(namespace, made)
    return made
  }

  #spread({one, selector, namespace, eligible, key}: {one: SpreadConstraint; selector: LabelSelector | undefined; namespace: string; eligible(node: number): boolean; key: string}): Spread {
    const id = `${namespace} ${one.topologyKey} ${JSON.stringify(selector)} ${key}`
    const known = this.#spreads.get(id)
    if (known !== undefined) return known
    const made: Spread = {topologyKey: one.topologyKey, selector, counts: new Map(), lowest: 0, atLowest: 0, eligible}
    for (const domain of this.#domainsOf(made)) made.counts.set(domain, 0)
    made.atLowest = made.counts.size
    this.#spreads.set(id, made)
    this.#register(namespace, made)
    return made
  }

  #domainsOf({topologyKey, eligible}: Pick<Spread, 'topologyKey' | 'eligible'>): Set<string> {
    const domains = new Set<string>()
    for (let node = 0; node < this.#nodes; node += 1) {
      const domain = this.#isThere(node) ? this.#domainOf(topologyKey, node) : undefined
      if (domain !== undefined && eligible(node)) domains.add(domain)
    }
    return domains
  }

  #register(namespace: string, rule: Term | Spread): void {
    const first = Object.entries(rule.selector?.matchLabels ?? {})[0]
    const key = first === undefined ? `${namespace}/` : `${namespace}/${first[0]}=${first[1]}`
    const list = this.#byLabel.get(key)
    if (list === undefined) this.#byLabel.set(key, [rule])
    else list.push(rule)
  }

  #namespacesOf({namespaces, namespaceSelector}: PodTerm, home: string): string[] {
    if ((namespaces ?? []).length === 0 && namespaceSelector === undefined) return [home]
    const chosen = namespaceSelector === undefined ? [] : [...this.#namespaces].filter(([, labels]) => selects(namespaceSelector, labels)).map(([name]) => name)
    return [...new Set([...(namespaces ?? []), ...chosen])].toSorted()
  }
}

/** A selector with the values that the pod itself has for some keys. */
function withKeys(selector: LabelSelector | undefined, keys: string[] | undefined, labels: Record<string, string>): LabelSelector | undefined {
  const own = (keys ?? []).filter((key) => labels[key] !== undefined)
  if (selector === undefined || own.length === 0) return selector
  return {...selector, matchLabels: {...selector.matchLabels, ...Object.fromEntries(own.map((key) => [key, labels[key] ?? '']))}}
}

/** Keeps the lowest count at hand: it is asked for at each place. */
function count(spread: Spread, domain: string, by: 1 | -1): void {
  const before = spread.counts.get(domain)
  if (before === undefined) return
  const after = before + by
  spread.counts.set(domain, after)
  if (after < spread.lowest) {
    spread.lowest = after
    spread.atLowest = 1
  } else if (by === -1 && after === spread.lowest) spread.atLowest += 1
  else if (by === 1 && before === spread.lowest) {
    spread.atLowest -= 1
    if (spread.atLowest === 0) findLowest(spread)
  }
}

function findLowest(spread: Spread): void {
  spread.lowest = spread.counts.size === 0 ? 0 : Math.min(...spread.counts.values())
  spread.atLowest = 0
  for (const value of spread.counts.values()) if (value === spread.lowest) spread.atLowest += 1
}
