/** Durations (`6h`, `30d`) and Kubernetes quantities (`8Gi`, `500m`) as kp.yaml writes them. */

const SECONDS: Record<string, number> = {s: 1, m: 60, h: 3600, d: 86_400, w: 604_800}
const DURATION = /^([1-9][0-9]*)(s|m|h|d|w)$/
const QUANTITY = /^([0-9]+(?:\.[0-9]+)?)(m|k|M|G|T|P|Ki|Mi|Gi|Ti|Pi)?$/
const FACTORS: Record<string, number> = {
  m: 1e-3, k: 1e3, M: 1e6, G: 1e9, T: 1e12, P: 1e15, Ki: 2 ** 10, Mi: 2 ** 20, Gi: 2 ** 30, Ti: 2 ** 40, Pi: 2 ** 50,
}

/** Seconds of a duration such as `90s`, `10m`, `6h`, `30d`, `2w`; undefined when the text is none. */
export function parseDuration(text: string): number | undefined {
  const match = DURATION.exec(text)
  return match === null ? undefined : Number(match[1]) * (SECONDS[match[2] ?? ''] ?? 0)
}

/** Seconds of a duration that is known to be valid. Throws a RangeError otherwise. */
export function durationSeconds(text: string): number {
  const seconds = parseDuration(text)
  if (seconds === undefined) throw new RangeError('not a duration')
  return seconds
}

/**
 * Whether a job can run at this interval by the clock: minutes that divide the
 * hour, hours that divide the day, or whole days.
 */
export function dividesTheClock(text: string): boolean {
  const seconds = parseDuration(text)
  if (seconds === undefined || seconds < 60) return false
  if (seconds < 3600) return 3600 % seconds === 0 && seconds % 60 === 0
  if (seconds < 86_400) return 86_400 % seconds === 0 && seconds % 3600 === 0
  return seconds % 86_400 === 0
}

/** The number of a Kubernetes quantity such as `4`, `500m`, `8Gi`; undefined when the text is none. */
export function parseQuantity(text: string): number | undefined {
  const match = QUANTITY.exec(text)
  return match === null ? undefined : Number(match[1]) * (FACTORS[match[2] ?? ''] ?? 1)
}
