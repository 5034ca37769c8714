/** The confirmation table: what has to be asked for a risk, and which flags answer it. Pure. */
import {KpError} from '../engine/errors.ts'

/** How much a command can hurt. */
export type CommandRisk = 'changes' | 'disrupts' | 'destroys'

/** What a command wants to do, and what its flags say. */
export interface ConfirmationRequest {
  risk: CommandRisk
  /** What is about to happen, as the start of a question: "Build 12 steps in acme-dev". */
  what: string
  /** Name of the environment's cluster, which has to be typed for what disrupts or destroys. */
  cluster: string
  /** Whether the environment is protected: what only changes then counts as disrupting. */
  protected: boolean
  /** `--yes`. */
  yes: boolean
  /** `--confirm NAME`. */
  confirmName: string | undefined
  /** Whether questions can be asked. */
  isTTY: boolean
  /** For what destroys: whether `--yes` alone is enough (`lab down`). */
  yesIsEnough?: boolean
}

/** What follows from it. */
export type Decision = {kind: 'proceed'} | {kind: 'ask'} | {kind: 'ask-name'} | {kind: 'refuse'; error: KpError}

/** Decides whether to go on, what to ask, or why to refuse. */
export function decideConfirmation(request: ConfirmationRequest): Decision {
  const {confirmName, cluster, yes, isTTY} = request
  if (confirmName !== undefined && confirmName !== cluster) return {kind: 'refuse', error: wrongName(request)}
  const byName = request.risk !== 'changes' || request.protected
  const nameNeeded = needsConfirmName(request)
  if (yes && (!nameNeeded || confirmName === cluster)) return {kind: 'proceed'}
  if (isTTY) return {kind: byName ? 'ask-name' : 'ask'}
  return {kind: 'refuse', error: yes ? nameMissing(request) : noTerminal(request)}
}

/** The error of a person who said no. */
export function unanswered({what}: Pick<ConfirmationRequest, 'what'>): KpError {
  return new KpError({
    code: 'NOT_CONFIRMED',
    message: 'Not confirmed: nothing was changed',
    doing: what,
    next: ['run the same command again when you are sure'],
  })
}

function needsConfirmName({risk, protected: guarded, yesIsEnough}: ConfirmationRequest): boolean {
  return risk === 'destroys' ? yesIsEnough !== true : guarded
}

function flagsOf(request: ConfirmationRequest): string {
  return needsConfirmName(request) ? `--yes --confirm ${request.cluster}` : '--yes'
}

function noTerminal(request: ConfirmationRequest): KpError {
  return new KpError({
    code: 'NO_TERMINAL',
    message: `There is no terminal to ask for a confirmation on; give ${flagsOf(request)} to confirm`,
    doing: request.what,
    next: [`run the same command with ${flagsOf(request)}`],
  })
}

function nameMissing(request: ConfirmationRequest): KpError {
  const why = request.protected ? 'The environment is protected' : 'This destroys things'
  return new KpError({
    code: 'NOT_CONFIRMED',
    message: `${why}: --yes is not enough without a terminal, --confirm ${request.cluster} is needed too`,
    doing: request.what,
    next: [`run the same command with ${flagsOf(request)}`],
  })
}

function wrongName({what, cluster, confirmName}: ConfirmationRequest): KpError {
  return new KpError({
    code: 'NOT_CONFIRMED',
    message: `--confirm names "${confirmName}", but the cluster of this environment is "${cluster}": nothing was changed`,
    doing: what,
    next: ['look whether --env is the environment that you mean', `give --confirm ${cluster} where it is`],
  })
}
