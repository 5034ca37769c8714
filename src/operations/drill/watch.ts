/** What is seen while a fault is there: first error, first sign of the platform, first alert, the return of the steady state. */
import {failedSince, isGood, tenths, wrongIn} from './looks.ts'
import type {DrillNumbers, DrillOutcome, FiringAlert, Look, Moment} from './types.ts'

/** Figures of an outcome that come of watching. */
export type Figures = Pick<DrillOutcome, 'ttdSeconds' | 'detectedBy' | 'signalSeconds' | 'ttrSeconds' | 'users'>

/** What is known so far. */
export interface Watch {
  /** One more look. @returns why the fault has to be taken back at once */
  take(look: Look, at: number): string | undefined
  sinceFault(at: number): number
  /** The fault is there whole: making it may have taken a while, and it is held from now on. */
  injected(at: number): void
  /** Whether hold, users and alert let it end. */
  heldLongEnough(at: number): boolean
  isSteady(): boolean
  /** What was not as the hypothesis says. */
  deviations(): string[]
  figures(): Figures
}

/** So many looks in a row must say that something else suffers: one alone may be a moment. */
const OUTSIDE_LOOKS = 3
const PAGES = new Set(['page', 'critical'])

/** Begins to watch at the time of the fault. `before` is the last look of the steady state. */
export function createWatch(numbers: DrillNumbers, before: Look, t0: number, tell: (what: Moment['what'], text: string) => void): Watch {
  const {hypothesis} = numbers
  const baseline = new Set((before.alerts ?? []).map(({key}) => key))
  const blindSince = new Map<string, number>()
  let last: Look = {...before, ...(before.users === undefined ? {} : {users: {sent: 0, failed: 0, longestGapMs: 0}})}
  let lastAt = t0
  let whole = t0
  let outsideLooks = 0
  let usersGood = 0
  let firstError: number | undefined
  let usersBack: number | undefined
  let signal: number | undefined
  let alert: {at: number; name: string} | undefined
  let disturbed = false
  let good = 0
  let goodFrom: number | undefined
  let back: number | undefined
  let told = false

  const lostSeconds = (): number => {
    const {sent = 0, failed = 0} = last.users ?? {}
    return sent === 0 ? 0 : tenths((failed / sent) * (lastAt - t0))
  }
  const matches = ({name}: FiringAlert): boolean => numbers.alerts.length === 0 || numbers.alerts.some((pattern) => new RegExp(`^(?:${pattern})$`).test(name))
  const seconds = (at: number | undefined): number | null => (at === undefined ? null : tenths(at - t0))

  const followUsers = (look: Look, at: number): void => {
    if (look.users === undefined) return
    if (failedSince(look, last) > 0) {
      if (firstError === undefined) tell('users-lost', 'the first request of a user fails')
      firstError ??= at
      usersBack = undefined
      usersGood = 0
      return
    }
    usersGood += 1
    if (firstError !== undefined && usersBack === undefined && usersGood >= numbers.samples) {
      usersBack = at
      tell('users-back', 'users get good answers again')
    }
  }

  const followPlatform = (look: Look, at: number): string | undefined => {
    const shown = look.signals.find(({ok}) => ok === false)
    if (shown !== undefined && signal === undefined) {
      signal = at
      tell('signal', `${shown.what}: ${shown.observed}`)
    }
    const fresh = (look.alerts ?? []).filter(({key}) => !baseline.has(key))
    const [first] = fresh.filter(matches)
    if (first !== undefined && alert === undefined) {
      alert = {at, name: first.name}
      tell('alert', `${first.name} fires (${first.severity})`)
    }
    const stranger = fresh.find((one) => !matches(one) && PAGES.has(one.severity))
    return stranger === undefined ? undefined : `an alert fires that the drill does not expect: ${stranger.name}`
  }

  const followSteady = (look: Look, at: number): void => {
    if (wrongIn(look, last).length > 0) disturbed = true
    if (!isGood(look, last)) {
      good = 0
      goodFrom = undefined
      back = undefined
      return
    }
    goodFrom ??= at
    good += 1
    if (!disturbed || good < numbers.samples) return
    back ??= goodFrom
    if (!told) tell('recovered', 'the steady state is back')
    told = true
  }

  const followBlind = (look: Look, at: number): string | undefined => {
    for (const source of blindSince.keys()) if (!look.blind.includes(source)) blindSince.delete(source)
    for (const source of look.blind) if (!blindSince.has(source)) blindSince.set(source, at)
    const [gone] = [...blindSince].filter(([source, since]) => !numbers.expectedBlind.includes(source) && at - since >= numbers.abort.blindSeconds * 1000)
    return gone === undefined ? undefined : `no data from ${gone[0]} for ${numbers.abort.blindSeconds} s: no data aborts`
  }

  return {
    take(look, at) {
      followUsers(look, at)
      const stranger = followPlatform(look, at)
      followSteady(look, at)
      const blind = followBlind(look, at)
      last = look
      lastAt = at
      outsideLooks = look.outside.length === 0 ? 0 : outsideLooks + 1
      if (blind !== undefined || stranger !== undefined) return blind ?? stranger
      if (outsideLooks >= OUTSIDE_LOOKS) return `something else suffers: ${look.outside[0]}`
      return lostSeconds() > numbers.abort.lostSeconds ? `users have lost as much as ${lostSeconds()} s of everything, and ${numbers.abort.lostSeconds} s are allowed` : undefined
    },
    sinceFault: (at) => (at - t0) / 1000,
    injected: (at) => void (whole = at),
    heldLongEnough(at) {
      const elapsed = (at - whole) / 1000
      const usersWell = last.users === undefined || !numbers.waitForUsers || usersGood >= numbers.samples
      const alerted = !numbers.hasAlerts || alert !== undefined || elapsed >= numbers.alertWaitSeconds
      return elapsed >= numbers.holdSeconds && usersWell && alerted
    },
    isSteady: () => good >= numbers.samples,
    deviations() {
      const ttr = seconds(back)
      const {longestGapMs = 0} = last.users ?? {}
      const gap = hypothesis.gapSeconds
      return [
        ...(last.users !== undefined && lostSeconds() > hypothesis.lostSeconds ? [`users lost as much as ${lostSeconds()} s of everything, not ${hypothesis.lostSeconds} s at most`] : []),
        ...(gap !== undefined && longestGapMs > gap * 1000 ? [`the longest time without a good answer was ${tenths(longestGapMs)} s, not ${gap} s at most`] : []),
        ...(ttr !== null && ttr > hypothesis.recoverSeconds ? [`the steady state was back after ${ttr} s, not within ${hypothesis.recoverSeconds} s`] : []),
        ...alertDeviation(hypothesis.alertSeconds, seconds(alert?.at), numbers.alertWaitSeconds),
      ]
    },
    figures() {
      const {sent = 0, failed = 0, longestGapMs = 0} = last.users ?? {}
      return {
        ttdSeconds: seconds(alert?.at),
        detectedBy: alert?.name ?? null,
        signalSeconds: seconds(signal),
        ttrSeconds: disturbed ? seconds(back) : 0,
        users: last.users === undefined ? null : {sent, failed, longestGapMs, lostSeconds: lostSeconds(), firstErrorSeconds: seconds(firstError), backSeconds: seconds(usersBack)},
      }
    },
  }
}

function alertDeviation(wanted: number | undefined, seen: number | null, waited: number): string[] {
  if (wanted === undefined) return []
  if (seen === null) return [`no alert within ${Math.max(wanted, waited)} s`]
  return seen > wanted ? [`the alert came after ${seen} s, not within ${wanted} s`] : []
}
