/** Gates that ask checks of the platform: the same sentence, held against the world once. */
import type {PlatformContext} from '../../../context.ts'
import {asKpError} from '../../../engine/errors.ts'
import type {CheckResult} from '../../../engine/types.ts'
import type {Gate, GateAnswer, GateProblem, GateStatus} from '../types.ts'

const STATUS: Record<CheckResult['status'], GateStatus> = {pass: 'pass', warn: 'warn', fail: 'fail', skip: 'not-applicable', unknown: 'unknown'}
/** What counts most is what is told. */
const ORDER: GateStatus[] = ['fail', 'unknown', 'warn', 'pass', 'not-applicable']

/** A gate that passes when these checks do. */
export function gateFromChecks(basics: Pick<Gate, 'id' | 'title' | 'kinds'> & {checks: readonly string[]; absent: string; /** Checks whose failure is only a warning. */ soft?: readonly string[]; /** Checks whose warning is a failure. */ hard?: readonly string[]}): Gate {
  const {checks, absent, soft = [], hard = [], ...gate} = basics
  return {
    ...gate,
    async run({ctx}) {
      const answers = await Promise.all(checks.map(async (id) => ({id, ...(await ask(ctx, id, {soft: soft.includes(id), hard: hard.includes(id)}))})))
      return combine(answers, absent)
    },
  }
}

interface Asked {
  id: string
  status: GateStatus
  observed: string
}

/** The worst of several answers, with all that stands in the way. Pure. */
export function combine(answers: readonly Asked[], absent: string): GateAnswer {
  const worst = ORDER.find((status) => answers.some((one) => one.status === status)) ?? 'not-applicable'
  const said = answers.filter(({status}) => status === worst)
  const problems: GateProblem[] = answers.filter(({status}) => status === 'fail' || status === 'warn' || status === 'unknown').map(({id, observed}) => ({what: observed, source: `check ${id}`, fix: `kp explain ${id}`}))
  if (worst === 'not-applicable') return {status: worst, reason: said[0]?.observed ?? absent, fix: null}
  return {status: worst, reason: said.map(({observed}) => observed).join('; '), fix: worst === 'pass' ? null : `kp explain ${said[0]?.id ?? ''}`, ...(problems.length === 0 ? {} : {problems})}
}

async function ask(ctx: PlatformContext, id: string, {soft, hard}: {soft: boolean; hard: boolean}): Promise<Omit<Asked, 'id'>> {
  const phase = ctx.phases.find(({checks}) => checks.some((one) => one.id === id))
  const check = phase?.checks.find((one) => one.id === id)
  if (phase === undefined || check === undefined) return {status: 'not-applicable', observed: `there is no check ${id}`}
  const applies = phase.appliesTo?.(ctx) ?? true
  if (applies !== true) return {status: 'not-applicable', observed: applies}
  const fits = check.appliesTo?.(ctx) ?? true
  if (fits !== true) return {status: 'not-applicable', observed: fits}
  try {
    const {status, observed} = await check.run(ctx)
    return {status: soft && status === 'fail' ? 'warn' : hard && status === 'warn' ? 'fail' : STATUS[status], observed}
  } catch (error) {
    return {status: 'unknown', observed: asKpError(error).message}
  }
}
