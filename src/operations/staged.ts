/** Work outside of the phases, shown, timed and journaled like steps. */
import type {PlatformContext} from '../context.ts'
import {asKpError} from '../engine/errors.ts'

/** A piece of work: `backup/restore`, "Restore into a scratch namespace". */
export interface Stage {
  id: string
  title: string
}

/** Tells what will be done, before the first stage. */
export function beginStages(ctx: Pick<PlatformContext, 'emit'>, {id, title, stages}: {id: string; title: string; stages: readonly Stage[]}): void {
  ctx.emit({code: 'phase.started', phase: id, text: title, data: {title, steps: stages.map((one) => ({...one}))}})
}

/** Does one. What it throws is told, and thrown on. */
export async function stage<T>(ctx: Pick<PlatformContext, 'emit' | 'clock'>, {id, title}: Stage, act: (progress: (text: string, percent?: number) => void) => Promise<T>): Promise<T> {
  const at = {phase: id.split('/')[0] ?? id, step: id}
  const started = ctx.clock.now()
  ctx.emit({code: 'step.started', ...at, text: title, data: {title}})
  try {
    const result = await act((text, percent) => ctx.emit({code: 'step.progress', ...at, text, ...(percent === undefined ? {} : {data: {percent}})}))
    ctx.emit({code: 'step.finished', ...at, text: title, data: {durationMs: ctx.clock.now() - started}})
    return result
  } catch (thrown) {
    ctx.emit({code: 'step.failed', ...at, text: title, data: {error: asKpError(thrown).message}})
    throw thrown
  }
}

/** Tells that a stage has nothing to do. */
export function skipStage(ctx: Pick<PlatformContext, 'emit'>, {id, title}: Stage, reason: string): void {
  ctx.emit({code: 'step.skipped', phase: id.split('/')[0] ?? id, step: id, text: title, data: {reason}})
}

/** Tells that all of it ended. */
export function endStages(ctx: Pick<PlatformContext, 'emit'>, id: string, state: 'done' | 'failed' | 'interrupted', durationMs: number): void {
  ctx.emit({code: 'phase.finished', phase: id, data: {state, durationMs}})
}
