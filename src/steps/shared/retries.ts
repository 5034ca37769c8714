/** Retries that several phases need: only for what is known to pass. */
import {KpError} from '../../engine/errors.ts'
import type {PlatformStep} from '../../context.ts'

/** The webhook of a component answers some seconds after its pod is ready. */
export const WEBHOOK_STARTING: NonNullable<PlatformStep['retry']> = {
  tries: 6,
  delayMs: 5000,
  when: (error: unknown): boolean => error instanceof KpError && /failed calling webhook|no endpoints available|connection refused/.test(error.tool?.output ?? ''),
}
