/** Sightings in the order of cause and consequence, with fixes that can be copied. Pure. */
import {refName} from '../../engine/facts.ts'
import type {Facts, ObjectRef} from '../../engine/facts.ts'
import type {FixStep, Pitfall} from '../../engine/types.ts'
import {affectedBy, relationsOf} from './relations.ts'
import {sight} from './sight.ts'
import type {Seen} from './sight.ts'

/** One thing that is wrong. */
export interface Finding {
  code: string
  title: string
  object: string
  evidence: string[]
  cause: string
  fix: FixStep[]
  runbook: string | null
  confirmBy: string
  /** Codes of the findings that it follows from; empty for a root cause. */
  follows: string[]
  /** What else suffers from it, by name. */
  affects: string[]
}

/** A symptom that says nothing of its cause: a container that is not ready, a condition without a text. */
const VAGUE = 45
const MOST_AFFECTED = 20

/** What is wrong, causes before their consequences. */
export function findingsOf(pitfalls: readonly Pitfall[], facts: Facts, kinds: readonly string[]): Finding[] {
  const seen = sight(pitfalls, facts, kinds)
  const relations = relationsOf(facts, kinds)
  const reach = seen.map((one) => {
    const also = (one.sighting.affects ?? []).map((ref) => refName(ref))
    return new Set([...also, ...affectedBy(relations, [...startOf(one), ...also])])
  })
  const causes = (effect: number, cause: number): boolean => cause !== effect && hits(seen[effect], reach[cause]) && !hits(seen[cause], reach[effect])
  const kept = seen.map((_, index) => index).filter((index) => !isVagueEffect(index))
  function isVagueEffect(index: number): boolean {
    const one = seen[index]
    if (one === undefined || one.by === 'finder') return false
    return (one.by === 'check' || one.score < VAGUE) && seen.some((_, other) => causes(index, other))
  }
  const rows = kept.map((index) => ({index, seen: seen[index] as Seen, by: kept.filter((other) => causes(index, other)), affects: seen.filter((_, other) => causes(other, index)).map(({named}) => refName(named))}))
  const depths = new Map<number, number>()
  const depthOf = (index: number, path: readonly number[] = []): number => {
    const known = depths.get(index)
    if (known !== undefined || path.includes(index)) return known ?? 0
    const by = rows.find((row) => row.index === index)?.by ?? []
    const depth = by.length === 0 ? 0 : 1 + Math.max(...by.map((cause) => depthOf(cause, [...path, index])))
    depths.set(index, depth)
    return depth
  }
  return rows
    .toSorted((a, b) => depthOf(a.index) - depthOf(b.index) || rank(a.seen) - rank(b.seen) || phaseOf(a.seen) - phaseOf(b.seen) || b.seen.score - a.seen.score || refName(a.seen.named).localeCompare(refName(b.seen.named)))
    .map((row) => findingOf(row.seen, [...new Set(row.by.map((index) => (seen[index] as Seen).pitfall.code))], row.affects, facts))
}

/** Checks come after what was seen on objects. */
function rank({by}: Seen): number {
  return by === 'check' ? 1 : 0
}

function phaseOf({pitfall}: Seen): number {
  return Number(pitfall.code.slice(2, 4))
}

function startOf({named, sighting}: Seen): string[] {
  return [...new Set([refName(named), refName(sighting.object)])]
}

function hits(effect: Seen | undefined, reached: Set<string> | undefined): boolean {
  return effect !== undefined && reached !== undefined && startOf(effect).some((name) => reached.has(name))
}

function findingOf({pitfall, sighting, named}: Seen, follows: string[], affects: string[], facts: Facts): Finding {
  return {
    code: pitfall.code,
    title: pitfall.title,
    object: refName(named),
    evidence: sighting.evidence,
    cause: pitfall.cause,
    fix: fixOf(sighting.fix ?? pitfall.fix, {object: sighting.object, named, values: {cluster: facts.cluster, ...partsOf(facts), ...sighting.values}, provider: facts.provider, heard: facts.logs.flatMap(({pod}) => pod.namespace ?? [])}),
    runbook: pitfall.runbook ?? null,
    confirmBy: pitfall.confirmBy,
    follows,
    affects: [...new Set(affects)].slice(0, MOST_AFFECTED),
  }
}

/** What this platform has chosen, by the names that fixes use: its agent of logs, the namespace of its mesh. */
function partsOf({components}: Facts): Record<string, string> {
  const has = (id: string): boolean => components.some((component) => component.id === id)
  const agent = ['fluent-bit', 'vector'].find((id) => has(id))
  const mesh = has('istiod') ? 'istio-system' : has('linkerd-control-plane') ? 'linkerd' : undefined
  return {...(agent === undefined ? {} : {agent}), ...(mesh === undefined ? {} : {mesh})}
}

/** What a fix is filled in with. */
interface Filling {
  object: ObjectRef
  named: ObjectRef
  values: Record<string, string>
  provider: string
  /** Namespaces in which containers have said something. */
  heard?: string[]
}

const AWS = new Set(['eks', 'kubeadm-aws'])
const ALIASES: Record<string, string> = {PersistentVolumeClaim: 'claim', PersistentVolume: 'volume', ClusterIssuer: 'issuer', GatewayClass: 'class', StorageClass: 'class', IngressClass: 'class'}

/**
 * The steps that help here, with the names of the object in them. What asks another cloud, or simulated nodes, is left out;
 * a command whose names are not known keeps its text alone.
 */
export function fixOf(fix: readonly FixStep[], filling: Filling): FixStep[] {
  return fix.flatMap((step): FixStep[] => {
    const {text, command} = filled(step, filling)
    if (command === undefined) return [{text}]
    if (command.startsWith('aws ') && !AWS.has(filling.provider)) return []
    if (command.startsWith('sudo ') && filling.provider === 'lab') return []
    // Nothing runs in the containers of a lab.
    if (/^kubectl .*\bexec\b/.test(command) && filling.provider === 'lab') return [{text}]
    const [, listened] = /^kubectl -n (\S+) logs\b/.exec(command) ?? []
    if (listened !== undefined && filling.provider === 'lab' && filling.heard?.includes(listened) === false) return [{text}]
    return /<[a-zA-Z][^<>]*>/.test(command) ? [{text}] : [{text, command: answered(command)}]
  })
}

function filled({text, command}: FixStep, {object, named, values: given}: Filling): FixStep {
  const alias = ALIASES[object.kind]
  const namespace = object.namespace ?? (object.kind === 'Namespace' ? object.name : undefined)
  const values: Record<string, string> = {
    kind: object.kind.toLowerCase(),
    ...(object.kind === 'Check' ? {} : {name: object.name}),
    [object.kind.toLowerCase()]: object.name,
    [named.kind.toLowerCase()]: named.name,
    ...(alias === undefined ? {} : {[alias]: object.name}),
    ...(namespace === undefined ? {} : {namespace}),
    ...given,
  }
  const fill = (line: string): string => line.replaceAll(/<([a-z][a-z-]*)>/g, (whole, name: string) => values[name] ?? whole)
  return {text: fill(text), ...(command === undefined ? {} : {command: fill(command)})}
}

/** Commands that ask before they change something, with the answer; what takes something away is asked for each time. */
function answered(command: string): string {
  return /^kp (?:up|step|render)\b/.test(command) && !/--(?:yes|plan|verify-only|remove)\b/.test(command) ? `${command} --yes` : command
}
