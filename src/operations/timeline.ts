/** The timeline of a run, from its journal. Pure. */
import type {Event} from '../engine/events.ts'
import type {ReportResult} from '../ui/results.ts'

type Phase = ReportResult['timeline'][number]
type Step = Phase['steps'][number]

const ENDS: Partial<Record<Event['code'], string>> = {'step.finished': 'done', 'step.failed': 'failed', 'phase.finished': 'done'}

/**
 * The phases of a run in the order in which they began, each with the steps that changed something.
 * What has no end was killed: it reaches to the last event.
 */
export function timelineOf(events: Event[], titleOf: (phase: string, step?: string) => string): Phase[] {
  const first = Date.parse(events[0]?.time ?? '')
  const last = Date.parse(events.at(-1)?.time ?? '')
  const phases = new Map<string, Phase>()
  const open = new Map<string, Step>()
  const at = ({time}: Event): number => Math.max(0, Date.parse(time) - first)
  for (const event of events) {
    const {code, phase, step} = event
    if (phase === undefined) continue
    const begun: Step = {id: step ?? phase, title: titleOf(phase, step), startMs: at(event), durationMs: 0, result: 'killed'}
    if (code === 'phase.started') {
      const fresh: Phase = {...begun, steps: []}
      phases.set(phase, fresh)
      open.set(phase, fresh)
    }
    if (code === 'step.started' && step !== undefined) {
      phases.get(phase)?.steps.push(begun)
      open.set(step, begun)
    }
    const end = ENDS[code]
    const ended = end === undefined ? undefined : open.get(step ?? phase)
    if (ended === undefined || end === undefined) continue
    ended.durationMs = at(event) - ended.startMs
    ended.result = code === 'phase.finished' ? String(event.data?.['state'] ?? end) : end
    open.delete(step ?? phase)
  }
  for (const left of open.values()) left.durationMs = Math.max(0, last - first - left.startMs)
  return [...phases.values()].filter(({result}) => result !== 'skipped')
}
