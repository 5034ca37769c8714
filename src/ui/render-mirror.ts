/** What a mirror must hold, as people and as scripts read it. Pure. */
import type {Look} from './io.ts'
import {nextLines} from './render-common.ts'
import type {MirrorListResult} from './results.ts'
import {styleFor} from './style.ts'
import {tableLines} from './tables.ts'
import {clean, count, wrap} from './text.ts'

/** Two tables, and what to do next. */
export function renderMirrorList(result: MirrorListResult, look: Look): string {
  const {bold} = styleFor(look)
  const {charts, images, mirror} = result
  const places = [mirror.charts === null ? 'charts.mirror is not set' : `charts go to ${mirror.charts}`, mirror.images === null ? 'images.mirror is not set' : `images go to ${mirror.images}`]
  const target = (there: boolean): {header: string}[] => (there ? [{header: 'Target'}] : [])
  const next = [...(mirror.charts === null || mirror.images === null ? ['set charts.mirror and images.mirror in kp.yaml: docs/air-gap.md'] : []), 'kp mirror list --output images', 'kp mirror list --output charts']
  return [
    ...wrap(clean(`Environment ${result.environment}, cluster ${result.cluster}: ${count(uniqueCharts(charts).length, 'chart')}, ${count(images.length, 'image')}`), look.columns).map(bold),
    ...wrap(clean(places.join('; ')), look.columns),
    '',
    bold('Charts'),
    ...tableLines([{header: 'Chart'}, {header: 'Version', shrink: false}, {header: 'Repository'}], uniqueCharts(charts).map(({name, version, repository}) => [name, version, repository]), look),
    '',
    bold('Images'),
    ...tableLines([{header: 'Image'}, ...target(mirror.images !== null)], images.map((one) => [one.image.replace(/@sha256:.*$/, ''), ...(one.target === null ? [] : [one.target])]), look),
    '',
    ...result.notes.flatMap((note) => [...wrap(clean(note), look.columns, {first: '! ', rest: '  '}), '']),
    ...nextLines(next, look, 'For scripts'),
  ].join('\n')
}

/** A line for each image: source and target, as tools that copy want them; the source alone where there is no mirror. */
export function imageLines({images}: MirrorListResult): string {
  return images.map(({source, target}) => (target === null ? source : `${source} ${target}`)).join('\n')
}

/** A line for each chart: the arguments of `helm pull`. */
export function chartLines({charts}: MirrorListResult): string {
  return uniqueCharts(charts).map(({pull}) => pull).join('\n')
}

function uniqueCharts(charts: MirrorListResult['charts']): MirrorListResult['charts'] {
  return [...new Map(charts.map((chart) => [chart.pull, chart])).values()]
}
