/** Makes Grafana dashboards of a short list of panels. Pure: the same list always gives the same text. */

/** One drawing. */
export interface Panel {
  title: string
  /** How values are written: `short`, `percentunit`, `bytes`, `reqps`, `s`. */
  unit: string
  /** What is drawn: PromQL, and how each line is named. */
  queries: {expr: string; legend: string}[]
  /** One number instead of lines over time. */
  kind?: 'lines' | 'number'
  /** From where on it is yellow and red, for numbers. */
  warn?: number
  bad?: number
  /** Low values are the bad ones: yellow below `warn`, red below `bad`. */
  low?: boolean
}

/** A page of panels, in rows of three numbers or two drawings. */
export interface Dashboard {
  /** Also the end of its address: `kp-cluster`. */
  id: string
  title: string
  panels: Panel[]
}

const WIDTH = 24
const SIZES = {number: {w: 4, h: 4}, lines: {w: 12, h: 8}} as const
const SOURCE = {type: 'prometheus', uid: 'prometheus'}

/** The dashboard as Grafana reads it. */
export function dashboardJson(dashboard: Dashboard): string {
  const model = {
    uid: `kp-${dashboard.id}`,
    title: dashboard.title,
    tags: ['kp'],
    editable: false,
    graphTooltip: 1,
    schemaVersion: 41,
    time: {from: 'now-6h', to: 'now'},
    refresh: '1m',
    panels: placed(dashboard.panels),
  }
  return `${JSON.stringify(model, null, 1)}\n`
}

function placed(panels: Panel[]): unknown[] {
  let [x, y, rowHeight] = [0, 0, 0]
  return panels.map((panel, index) => {
    const {w, h} = SIZES[panel.kind ?? 'lines']
    if (x + w > WIDTH || (rowHeight !== 0 && rowHeight !== h)) [x, y, rowHeight] = [0, y + rowHeight, 0]
    const gridPos = {h, w, x, y}
    x += w
    rowHeight = h
    return toModel(panel, index + 1, gridPos)
  })
}

function toModel(panel: Panel, id: number, gridPos: Record<string, number>): unknown {
  const number = panel.kind === 'number'
  const steps = panel.low === true
    ? [{color: 'red', value: null}, {color: 'yellow', value: panel.bad}, {color: 'green', value: panel.warn}]
    : [
        {color: 'green', value: null},
        ...(panel.warn === undefined ? [] : [{color: 'yellow', value: panel.warn}]),
        ...(panel.bad === undefined ? [] : [{color: 'red', value: panel.bad}]),
      ]
  return {
    id,
    title: panel.title,
    type: number ? 'stat' : 'timeseries',
    gridPos,
    datasource: SOURCE,
    fieldConfig: {defaults: {unit: panel.unit, min: 0, thresholds: {mode: 'absolute', steps}}, overrides: []},
    options: number ? {reduceOptions: {calcs: ['lastNotNull']}} : {legend: {displayMode: 'table', placement: 'bottom', calcs: ['lastNotNull', 'max']}, tooltip: {mode: 'multi', sort: 'desc'}},
    targets: panel.queries.map(({expr, legend}, at) => ({refId: String.fromCodePoint(65 + at), datasource: SOURCE, expr, legendFormat: legend, instant: number, range: !number})),
  }
}
