/** Intervals of kp.yaml as cron lines. */
import {durationSeconds} from './units.ts'

/**
 * The cron line of an interval that divides the clock (`dividesTheClock`), in UTC. Whole days count from the first of the
 * month: the last pause of a month is shorter, never longer.
 * @param minute minute of the hour, where the interval is an hour or more: not everything should begin at once
 * @param hour hour of the day, where it is a day or more
 */
export function cronOf(interval: string, minute = 0, hour = 1): string {
  const seconds = durationSeconds(interval)
  if (seconds < 3600) return `*/${seconds / 60} * * * *`
  const hours = seconds / 3600
  if (hours < 24) return hours === 1 ? `${minute} * * * *` : `${minute} */${hours} * * *`
  const days = hours / 24
  return days === 1 ? `${minute} ${hour} * * *` : `${minute} ${hour} */${days} * *`
}
