/** The lock of a stack's state: who holds it, and what becomes of one whose holder is dead. */
import {existsSync, readFileSync, rmSync, writeFileSync} from 'node:fs'
import {hostname} from 'node:os'
import {join} from 'node:path'
import type {StackId} from '../../components/terraform/ids.ts'
import {lockTable} from '../../components/terraform/state.ts'
import type {PlatformContext} from '../../context.ts'
import {asKpError, KpError} from '../../engine/errors.ts'
import {identifySelf, isAlive} from '../../engine/processes.ts'
import type {ProcessIdentity} from '../../engine/processes.ts'
import {forceUnlock, stateLock} from '../../tools/terraform.ts'
import type {StateLock, TerraformPlace} from '../../tools/terraform.ts'
import {LOCK_FILE} from '../../tools/terraform-folder.ts'
import {repositoryFolder} from './place.ts'

/** Written while kp works on a stack: whose lock it is that a kill leaves behind. */
const WORK_FILE = '.kp-at-work'

interface Work {
  by: ProcessIdentity
  since: number
}

/** A stack that is worked on. */
export interface StackAtWork {
  stack: StackId
  place: TerraformPlace
}

/**
 * Does work that takes the lock of a state. A lock that an earlier kp of this checkout left when it was killed is opened.
 * @throws KpError LOCKED with the holder where somebody else has it
 */
export async function whileLocked(ctx: PlatformContext, at: StackAtWork, work: () => Promise<unknown>): Promise<void> {
  const path = join(at.place.folder, WORK_FILE)
  const earlier = readWork(path)
  if (!ctx.dryRun) writeFileSync(path, JSON.stringify({by: identifySelf(), since: earlierSince(earlier) ?? ctx.clock.now()} satisfies Work))
  try {
    await once(ctx, at, work, earlier)
  } catch (error) {
    // Where terraform ended by itself, it has given its lock back.
    if (endedByItself(error)) rmSync(path, {force: true})
    throw error
  }
  if (!ctx.dryRun) rmSync(path, {force: true})
}

async function once(ctx: PlatformContext, {stack, place}: StackAtWork, work: () => Promise<unknown>, earlier: Work | undefined): Promise<void> {
  try {
    await work()
  } catch (error) {
    const output = asKpError(error).tool?.output ?? ''
    if (/Saved plan is stale/.test(output)) throw stale(stack, error)
    if (/ResourceNotFoundException/.test(output) && ctx.spec.infra.backend.lock === 'dynamodb') throw tableMissing(ctx, stack, error)
    const lock = stateLock(output)
    if (lock === undefined) throw error
    if (earlier === undefined || !isOurs(lock, earlier)) throw locked(ctx, stack, lock, place)
    ctx.emit({code: 'lock.takenOver', text: `opened the lock of the stack ${stack}: kp's own run that held it since ${lock.created} was killed`, data: {holder: lock}})
    await forceUnlock(place, lock.id, `open the lock that a killed run left on the stack ${stack}`)
    await work()
  }
}

/** A lock of this machine, made while a kp worked here that is dead; its terraform was waited for when this run began. */
function isOurs(lock: StateLock, {by, since}: Work): boolean {
  const created = Date.parse(lock.created.replace(/^(\S+) (\S+) \+0000 UTC$/, '$1T$2Z'))
  return lock.who.endsWith(`@${hostname()}`) && isAlive(by) === false && created >= since - 1000
}

function earlierSince(earlier: Work | undefined): number | undefined {
  return earlier !== undefined && isAlive(earlier.by) === false ? earlier.since : undefined
}

function endedByItself(error: unknown): boolean {
  const {code} = asKpError(error)
  return code === 'TOOL_FAILED' || code === 'LOCKED'
}

/** Somebody else was faster, and their lock is open again: what was planned is not what would be done. */
function stale(stack: StackId, cause: unknown): KpError {
  return new KpError({code: 'LOCKED', message: `somebody else changed the state of the stack ${stack} after it was looked at`, next: ['run the same command again: it looks anew'], cause})
}

function tableMissing(ctx: PlatformContext, stack: StackId, cause: unknown): KpError {
  return new KpError({code: 'GATE', message: `the table ${lockTable(ctx.spec) ?? ''} is not there, so the state of the stack ${stack} cannot be locked`, next: ['kp backend init, which makes it'], cause})
}

function locked(ctx: PlatformContext, stack: StackId, lock: StateLock, place: TerraformPlace): KpError {
  const folder = repositoryFolder(ctx.spec.environment.name, stack)
  return new KpError({
    code: 'LOCKED',
    message: `the state of the stack ${stack} is locked by ${lock.who} since ${lock.created} (${lock.operation})`,
    details: [`lock ${lock.id}`],
    next: ['wait until they are done, then run the same command again', `${place.tool} -chdir=${folder} force-unlock ${lock.id}   # only where nobody is at work any more`],
  })
}

function readWork(path: string): Work | undefined {
  try {
    return existsSync(path) ? (JSON.parse(readFileSync(path, 'utf8')) as Work) : undefined
  } catch {
    return undefined
  }
}

/** Puts the pins of the providers into the repository, where it has none: from then on everybody has the same. */
export async function keepPins(ctx: PlatformContext, stack: StackId, place: TerraformPlace): Promise<void> {
  const from = join(place.folder, LOCK_FILE)
  const to = join(ctx.paths.root, repositoryFolder(ctx.spec.environment.name, stack), LOCK_FILE)
  if (!existsSync(from) || existsSync(to) || !existsSync(join(to, '..'))) return
  await ctx.change({doing: 'keep the pins of the providers', command: `write ${to}`}, async () => writeFileSync(to, readFileSync(from)))
}
