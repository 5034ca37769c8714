/** The topology as people read it: a drawing of the zones, and tables. Pure. */
import type {Look} from './io.ts'
import type {TopologyResult} from './results.ts'
import {styleFor} from './style.ts'
import {tableLines} from './tables.ts'
import {clean, pad, truncate, wrap} from './text.ts'

type Zone = TopologyResult['zones'][number]
type ZoneNode = Zone['pools'][number]['nodes'][number]

/** A box narrower than this cuts names. */
const LEAST_BOX = 22
const MOST_BOX = 38
/** More nodes of a pool in one zone than this are only counted. */
const MOST_NAMES = 6

interface Edges {
  corner: [topLeft: string, topRight: string, bottomLeft: string, bottomRight: string]
  across: string
  down: string
}

const LINES: Edges = {corner: ['┌', '┐', '└', '┘'], across: '─', down: '│'}
const SIGNS: Edges = {corner: ['+', '+', '+', '+'], across: '-', down: '|'}

/** Draws the zones beside each other, as many as fit, with load balancers above and pools below. */
export function renderTopology(result: TopologyResult, look: Look): string {
  const {bold} = styleFor(look)
  return [...headLines(result, look), '', ...balancerLines(result, look), ...drawZones(result, look), ...(legendOf(result).length === 0 ? [] : [legendOf(result).join(', ')]), '', bold('Node pools'), ...poolLines(result, look)].join('\n')
}

/** One phrase on where the picture comes from. */
export function sourceOf(result: TopologyResult): string {
  return result.source === 'planned' ? `planned: ${result.reason ?? 'there is no cluster yet'}` : `as the cluster is${result.simulated ? ', with simulated nodes' : ''}`
}

/** The address ranges, named. */
export function rangesOf({network}: TopologyResult): string[] {
  const {nodes, pods, services, nat, endpoint} = network
  return [
    ...(nodes === null ? [] : [`nodes ${nodes}`]),
    ...(pods === null ? [] : [`pods ${pods}`]),
    ...(services === null ? [] : [`Services ${services}`]),
    ...(endpoint === null ? [] : [`API endpoint ${endpoint}`]),
    ...(nat === null ? [] : [`NAT ${nat}`]),
  ]
}

/** What a zone holds, one line each. What is wrong with a node stands before its name, where no box cuts it off. */
export function zoneLines(zone: Zone, planned: boolean): string[] {
  const subnets = [...(zone.public === null ? [] : [`public  ${zone.public}`]), ...(zone.private === null ? [] : [`private ${zone.private}`])]
  const pools = zone.pools.flatMap(({name, count, nodes}) => {
    // What needs a look is never among those that are only counted.
    const shown = [...nodes.filter((node) => signOf(node) !== ' '), ...nodes.filter((node) => signOf(node) === ' ')].slice(0, MOST_NAMES)
    return [`${name ?? 'other nodes'}: ${count} ${count === 1 ? 'node' : 'nodes'}`, ...shown.map((node) => `${signOf(node)} ${node.name}`), ...(nodes.length > MOST_NAMES ? [`  and ${nodes.length - MOST_NAMES} more`] : [])]
  })
  return [...subnets, ...(pools.length === 0 ? [planned ? 'starts empty' : 'no nodes'] : pools)]
}

/** What the signs before the names mean, for those that are used. */
export function legendOf({zones}: TopologyResult): string[] {
  const signs = new Set(zones.flatMap(({pools}) => pools.flatMap(({nodes}) => nodes.map(signOf))))
  return [...(signs.has('x') ? ['x not ready'] : []), ...(signs.has('-') ? ['- cordoned'] : [])]
}

function signOf({ready, cordoned}: ZoneNode): 'x' | '-' | ' ' {
  return ready ? (cordoned ? '-' : ' ') : 'x'
}

function headLines(result: TopologyResult, look: Look): string[] {
  const head = `Environment ${result.environment}, cluster ${result.cluster}, ${result.provider}, Kubernetes ${result.kubernetes}`
  const ranges = rangesOf(result)
  return [...wrap(clean(head), look.columns).map(styleFor(look).bold), ...wrap(clean(sourceOf(result)), look.columns), ...(ranges.length === 0 ? [] : wrap(ranges.join(', '), look.columns))]
}

function balancerLines({loadBalancers}: TopologyResult, look: Look): string[] {
  const {bold} = styleFor(look)
  if (loadBalancers.length === 0) return [bold('Load balancers'), 'none', '']
  const rows = loadBalancers.map(({name, namespace, exposure, addresses, ports}) => [namespace === null ? name : `${namespace}/${name}`, exposure, addresses.length === 0 ? 'none yet' : addresses.join(', '), ports.join(', ')])
  return [bold('Load balancers'), ...tableLines([{header: 'Name'}, {header: 'For', shrink: false}, {header: 'Address'}, {header: 'Ports', shrink: false}], rows, look), '']
}

function poolLines({pools}: TopologyResult, look: Look): string[] {
  if (pools.length === 0) return ['kp.yaml names none']
  const rows = pools.map((pool) => [pool.name, pool.instanceType, pool.capacity, `${pool.count}`, `${pool.min} to ${pool.max}`, [...pool.taints, ...(pool.gpus > 0 ? [`${pool.gpus} GPU`] : [])].join(' ') || '-'])
  return tableLines([{header: 'Pool', shrink: false}, {header: 'Type', shrink: false}, {header: 'Capacity', shrink: false}, {header: 'Nodes', align: 'right', shrink: false}, {header: 'Limits', shrink: false}, {header: 'Taints, GPUs'}], rows, look)
}

function drawZones({zones, source}: TopologyResult, look: Look): string[] {
  if (zones.length === 0) return ['no zones']
  const beside = Math.max(1, Math.min(zones.length, Math.floor((look.columns + 1) / (LEAST_BOX + 1))))
  const box = Math.min(MOST_BOX, Math.floor((look.columns - (beside - 1)) / beside))
  const rows = Array.from({length: Math.ceil(zones.length / beside)}, (_, row) => zones.slice(row * beside, (row + 1) * beside))
  return rows.flatMap((row) => {
    const contents = row.map((zone) => zoneLines(zone, source === 'planned'))
    const height = Math.max(...contents.map((lines) => lines.length))
    const boxes = row.map((zone, index) => boxOf(zone.name, contents[index] ?? [], {width: box, height}, look))
    return Array.from({length: height + 2}, (_, at) => boxes.map((lines) => lines[at] ?? '').join(' '))
  })
}

function boxOf(name: string, content: string[], size: {width: number; height: number}, look: Look): string[] {
  const {corner, across, down} = look.unicode ? LINES : SIGNS
  const {bold} = styleFor(look)
  const inner = size.width - 4
  const title = truncate(clean(name), inner - 2, look.unicode ? '…' : '...')
  const rule = across.repeat(Math.max(0, size.width - 5 - [...title].length))
  const lines = Array.from({length: size.height}, (_, at) => `${down} ${pad(truncate(clean(content[at] ?? ''), inner, look.unicode ? '…' : '...'), inner)} ${down}`)
  return [`${corner[0]}${across} ${bold(title)} ${rule}${corner[1]}`, ...lines, `${corner[2]}${across.repeat(size.width - 2)}${corner[3]}`]
}
