/** The topology as a picture: SVG, and Mermaid for documents that draw it themselves. Pure; the same result gives the same bytes. */
import {legendOf, rangesOf, sourceOf, zoneLines} from './render-topology.ts'
import type {TopologyResult} from './results.ts'
import {truncate} from './text.ts'

type Balancer = TopologyResult['loadBalancers'][number]

const BOX = 260
const GAP = 16
const LINE = 18
const PAD = 14
/** Characters that fit in a box, and in a line. */
const BOX_TEXT = 31
const LINE_TEXT = 108

/** The topology as an SVG document of its own. */
export function drawSvg(result: TopologyResult): string {
  const zones = result.zones.map((zone) => ({name: zone.name, lines: zoneLines(zone, result.source === 'planned')}))
  const balancers = result.loadBalancers.map(balancerText)
  const columns = 3
  const width = columns * BOX + (columns - 1) * GAP + 2 * PAD
  const parts: string[] = []
  let y = PAD
  const say = (text: string, options: {bold?: boolean} = {}): void => {
    y += LINE
    parts.push(textAt(PAD, y, truncate(text, LINE_TEXT), options.bold === true ? ' font-weight="bold"' : ''))
  }
  say(`Environment ${result.environment}, cluster ${result.cluster}, ${result.provider}, Kubernetes ${result.kubernetes}`, {bold: true})
  say(sourceOf(result))
  if (rangesOf(result).length > 0) say(rangesOf(result).join(', '))
  y += GAP
  for (const text of balancers) {
    parts.push(`<rect x="${PAD}" y="${y}" width="${width - 2 * PAD}" height="${LINE + PAD}" rx="6" fill="#eef4ff" stroke="#4a6fa5"/>`, textAt(2 * PAD, y + LINE + 2, truncate(text, LINE_TEXT)))
    y += LINE + PAD + GAP / 2
  }
  y += GAP / 2
  for (let first = 0; first < zones.length; first += columns) {
    const row = zones.slice(first, first + columns)
    const height = (Math.max(...row.map(({lines}) => lines.length)) + 1) * LINE + 2 * PAD
    for (const [index, {name, lines}] of row.entries()) {
      const x = PAD + index * (BOX + GAP)
      parts.push(`<rect x="${x}" y="${y}" width="${BOX}" height="${height}" rx="6" fill="#f7f7f2" stroke="#777"/>`, textAt(x + PAD, y + PAD + 6, truncate(name, BOX_TEXT), ' font-weight="bold"'))
      for (const [at, line] of lines.entries()) parts.push(textAt(x + PAD, y + PAD + 6 + (at + 1) * LINE, truncate(line, BOX_TEXT)))
    }
    y += height + GAP
  }
  for (const text of legendOf(result)) say(text)
  for (const pool of result.pools) say(poolText(pool))
  const height = y + PAD
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" font-family="monospace" font-size="12" role="img">`,
    `<title>${escapeXml(`Topology of ${result.cluster}`)}</title>`,
    `<rect width="${width}" height="${height}" fill="#fff"/>`,
    ...parts,
    '</svg>',
    '',
  ].join('\n')
}

/** The topology as a Mermaid flow chart. */
export function drawMermaid(result: TopologyResult): string {
  const lines = [`%% ${oneLine(`${result.cluster}, environment ${result.environment}, Kubernetes ${result.kubernetes}; ${sourceOf(result)}`)}`, 'flowchart TB', `  clients(["clients"])`]
  for (const [index, balancer] of result.loadBalancers.entries()) lines.push(`  lb${index}{{"${label(balancerText(balancer))}"}}`, `  clients --> lb${index}`)
  lines.push(`  subgraph network["${label([result.cluster, ...rangesOf(result)].join(', '))}"]`)
  for (const [at, zone] of result.zones.entries()) {
    const subnets = [...(zone.public === null ? [] : [`public ${zone.public}`]), ...(zone.private === null ? [] : [`private ${zone.private}`])]
    lines.push(`    subgraph zone${at}["${label([zone.name, ...subnets].join(', '))}"]`)
    for (const [index, pool] of zone.pools.entries()) lines.push(`      zone${at}pool${index}["${label(`${pool.name ?? 'other nodes'}: ${pool.count} ${pool.count === 1 ? 'node' : 'nodes'}`)}"]`)
    if (zone.pools.length === 0) lines.push(`      zone${at}empty["no nodes"]`)
    lines.push('    end')
  }
  lines.push('  end')
  for (const index of result.loadBalancers.keys()) for (const at of result.zones.keys()) lines.push(`  lb${index} --> zone${at}`)
  return `${lines.join('\n')}\n`
}

function balancerText({name, namespace, exposure, addresses, ports}: Balancer): string {
  return `${namespace === null ? '' : `${namespace}/`}${name}, ${exposure}, ${addresses.length === 0 ? 'no address yet' : addresses.join(', ')}, ports ${ports.join(', ')}`
}

function poolText(pool: TopologyResult['pools'][number]): string {
  return [`pool ${pool.name}: ${pool.count} of ${pool.min} to ${pool.max}, ${pool.instanceType}, ${pool.capacity}`, ...pool.taints, ...(pool.gpus > 0 ? [`${pool.gpus} GPU`] : [])].join(', ')
}

function textAt(x: number, y: number, text: string, attributes = ''): string {
  return `<text x="${x}" y="${y}" xml:space="preserve"${attributes}>${escapeXml(text)}</text>`
}

function escapeXml(text: string): string {
  return oneLine(text).replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;')
}

/** Inside quotes Mermaid wants entities for quotes alone. */
function label(text: string): string {
  return oneLine(text).replaceAll('"', '#quot;')
}

function oneLine(text: string): string {
  return text.replaceAll(/[\p{Cc}\s]+/gu, (run) => (/^ +$/.test(run) ? run : ' '))
}
