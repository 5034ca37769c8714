/** What requests are led by, as values. */
import type {RouteRule} from './kinds.ts'
import type {Way} from './ways.ts'

/** A Service to which requests go. */
export interface Backend {
  namespace: string
  service: string
  /** Number or name; undefined: nothing that can be reached, whatever it is. */
  port: number | string | undefined
  weight: number
}

/** What is done with a request. */
export type Action = {kind: 'redirect'; scheme: string | undefined; host: string | undefined; port: number | undefined; status: number} | {kind: 'forward'; backends: Backend[]}

/** A request that an entry takes. */
export interface PathMatch {
  type: 'Exact' | 'PathPrefix' | 'RegularExpression'
  value: string
}

/** One line of the table. */
export interface Entry {
  way: Way
  /** The object that says so. */
  route: {kind: 'HTTPRoute' | 'Ingress'; namespace: string; name: string; rule: number}
  scheme: 'http' | 'https'
  /** Name of the Gateway's listener. */
  listener: string | undefined
  /** `shop.example.com`, `*.example.com`, or `*`. */
  host: string
  path: PathMatch
  /** Further conditions of an HTTPRoute. */
  more: NonNullable<RouteRule['matches']>[number]
  action: Action
}

/** The table, and what it was made of. */
export interface Table {
  ways: Way[]
  /** The most specific first. */
  entries: Entry[]
}

/** What a request is looked up by. */
export interface Asked {
  scheme: 'http' | 'https'
  /** Name in the TLS handshake. */
  servername: string | undefined
  /** Without its port, in lower case. */
  host: string
  /** With its query. */
  path: string
  method: string
  headers: Record<string, string | string[] | undefined>
}

/** What becomes of a request. */
export type Outcome =
  /** A pod answers. */
  | {kind: 'answer'; status: number; pod: string; delayMs: number}
  | {kind: 'redirect'; status: number; scheme: string; host: string; port: number | undefined}
  /** The controller answers by itself, after so long. `reached` where it tried a pod. */
  | {kind: 'refuse'; status: number; reason: string; delayMs: number; reached: boolean}
