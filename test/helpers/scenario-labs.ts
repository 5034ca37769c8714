/** Which platform scenarios run on, as few labs as their needs allow; and which of them are played together. */
import {isDeepStrictEqual} from 'node:util'
import {readOnlyPlatform} from '../../scripts/docs/platform.ts'
import type {PlatformContext} from '../../src/context.ts'
import {unfit} from '../../src/operations/scenarios/load.ts'
import type {Scenario} from '../../src/operations/scenarios/load.ts'
import {phases as ALL} from '../../src/steps/index.ts'
import {OTHER_NAMES} from './scenarios.ts'
import type {Part} from './scenarios.ts'
import {PROJECT} from './run-kp.ts'

/** Scenarios that share a lab. */
export interface ScenarioLab {
  name: string
  title: string
  spec: Record<string, unknown>
  scenarios: Scenario[]
}

/** Phases that make a lab slow to build: what is practised on them has a lab of its own. */
const OF_THE_LARGE_LAB = new Set(['logging', 'mesh', 'operators', 'secrets', 'autoscaling', 'chaos', 'slo', 'deliverables'])

const isLarge = ({needs}: Scenario): boolean => needs.phases.some((id) => OF_THE_LARGE_LAB.has(id)) || 'cost.teams' in needs.choices

/** Puts scenarios together whose choices do not contradict each other; what they need is switched on. */
export function groupByNeeds(scenarios: Scenario[]): ScenarioLab[] {
  const groups: {choices: Record<string, unknown>; scenarios: Scenario[]; large: boolean}[] = []
  for (const scenario of scenarios.toSorted((a, b) => Object.keys(a.needs.choices).length - Object.keys(b.needs.choices).length || a.name.localeCompare(b.name))) {
    const group = groups.find(({choices, large}) => large === isLarge(scenario) && Object.entries(scenario.needs.choices).every(([path, value]) => choices[path] === undefined || isDeepStrictEqual(choices[path], value)))
    if (group === undefined) groups.push({choices: {...scenario.needs.choices}, scenarios: [scenario], large: isLarge(scenario)})
    else {
      Object.assign(group.choices, scenario.needs.choices)
      group.scenarios.push(scenario)
    }
  }
  return groups.map((group, index) => ({
    name: `incident${index === 0 ? '' : index}`,
    title: Object.entries(group.choices).map(([path, value]) => `${path}: ${typeof value === 'object' ? JSON.stringify(value) : String(value)}`).join(', ') || 'the defaults',
    spec: specOf(group),
    scenarios: group.scenarios,
  }))
}

/** Those that can be started on the platform of kp.yaml's defaults. */
export async function ofDefaultPlatform(scenarios: Scenario[]): Promise<Scenario[]> {
  const ctx = await readOnlyPlatform(PROJECT)
  const lab = {...ctx, lab: {}} as unknown as PlatformContext
  return scenarios.filter((scenario) => unfit(scenario, lab) === undefined)
}

/**
 * Scenarios in rounds, under other names where these can be chosen: several at once where they do not touch each other,
 * alone where they touch what all share.
 * @param size how many at once
 */
export function roundsOf(scenarios: Scenario[], size: number): Part[][] {
  const alone = scenarios.filter((scenario) => touchesAll(scenario))
  const rounds: Scenario[][] = []
  for (const scenario of scenarios.filter((one) => !alone.includes(one))) {
    const round = rounds.find((one) => one.length < size && one.every((other) => together(scenario, other)))
    if (round === undefined) rounds.push([scenario])
    else round.push(scenario)
  }
  return [...rounds, ...alone.map((scenario) => [scenario])].map((round) => round.map((scenario, index) => ({scenario, set: OTHER_NAMES[index] ?? {}})))
}

/** Whether two can be played at once: in namespaces of their own, or in different phases. Which of two findings of one pitfall belongs to which could not be told. */
function together(one: Scenario, other: Scenario): boolean {
  const phaseOf = ({pitfall}: Scenario): string => pitfall.slice(0, 4)
  return one.pitfall !== other.pitfall && (('namespace' in one.parameters && 'namespace' in other.parameters) || phaseOf(one) !== phaseOf(other))
}

/** Whether it changes nodes, on which the pods of the others would have to start, ends a program, or takes the network away. */
function touchesAll({start}: Scenario): boolean {
  return /"kind":"Node"|"end-program"|"name":"cilium"|flannel/.test(JSON.stringify(start))
}

/** Nodes enough for all that is practised on there at once. */
const NODES = [{name: 'general', instanceType: 'm6i.large', min: 6, max: 9, labels: {'node-role': 'general'}}]

function specOf({choices, scenarios, large}: {choices: Record<string, unknown>; scenarios: Scenario[]; large: boolean}): Record<string, unknown> {
  const phases: Record<string, Record<string, unknown>> = {}
  const spec: Record<string, unknown> = large ? {nodePools: NODES} : {}
  const needed = scenarios.flatMap((scenario) => scenario.needs.phases)
  // A lean lab comes up fast: of the later phases only what is practised on.
  for (const {id, number} of ALL) if (number > LAST_OF_THE_BASE && !needed.includes(id)) phases[id] = {enabled: false}
  for (const id of needed) if (!ALWAYS.has(id)) (phases[id] ??= {})['enabled'] = true
  for (const [path, value] of Object.entries(choices)) {
    const keys = path.split('.')
    setAt(OF_SPEC.has(keys[0] ?? '') ? spec : phases, keys, value)
  }
  // What deploys from Git wants a repository; none is asked in a lab.
  const tool = phases['gitops']?.['tool']
  if (tool !== undefined && tool !== 'none') phases['gitops'] = {repository: 'https://git.example.com/acme/platform.git', ...phases['gitops']}
  return Object.keys(phases).length === 0 ? spec : {...spec, phases}
}

const LAST_OF_THE_BASE = 8
/** Phases that cannot be left out, and what is above the phases. */
const ALWAYS = new Set(['prerequisites', 'networking', 'control-plane', 'node-pools'])
const OF_SPEC = new Set(['provider', 'network', 'metadata'])

function setAt(object: Record<string, unknown>, [key = '', ...rest]: string[], value: unknown): void {
  if (rest.length === 0) object[key] = value
  else setAt((object[key] ??= {}) as Record<string, unknown>, rest, value)
}
