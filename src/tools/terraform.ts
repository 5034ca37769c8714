/** terraform and OpenTofu, as far as kp uses them. */
import {KpError} from '../engine/errors.ts'
import type {Exec, ToolCall, ToolResult} from '../engine/types.ts'

/** Where a stack is worked on, and by which of the two programs. */
export interface TerraformPlace {
  exec: Exec
  tool: 'terraform' | 'tofu'
  /** Folder of the stack's files; also the program's own data is in it. */
  folder: string
  /** Variables of the environment besides those that keep the program to its folder. */
  env: Record<string, string>
}

/** File of a saved plan, in the folder of the stack. */
export const PLAN_FILE = 'kp.tfplan'
/** What the program leaves where it could not save a state: it must be pushed before anything else. */
export const ERRORED_STATE = 'errored.tfstate'

/** An apply waits for what AWS has begun; a control plane takes a quarter of an hour. */
const STOP_MS = 20 * 60_000
const LOOK_MS = 10 * 60_000

/**
 * Makes the folder ready: backend and provider. Changes nothing but the folder.
 * @param options.reconfigure forgets the backend that it was ready for before; moving states is not its business
 */
export function init(place: TerraformPlace, {doing, reconfigure}: {doing: string; reconfigure: boolean}): Promise<ToolResult> {
  return run(place, {args: ['init', '-input=false', '-no-color', ...(reconfigure ? ['-reconfigure'] : [])], mutates: false, doing, timeoutMs: LOOK_MS})
}

/**
 * Compares the world with the files, and saves what would be done. Takes no lock: it changes nothing.
 * @returns exit code 0 where nothing is to be done, 2 where something is
 */
export function plan(place: TerraformPlace, options: {doing: string; destroy?: boolean}): Promise<ToolResult> {
  const destroy = options.destroy === true ? ['-destroy'] : []
  return run(place, {args: ['plan', '-input=false', '-no-color', '-detailed-exitcode', '-lock=false', ...destroy, `-out=${PLAN_FILE}`], mutates: false, doing: options.doing, okExitCodes: [0, 2], timeoutMs: LOOK_MS})
}

/** The saved plan as data. */
export async function showPlan(place: TerraformPlace, doing: string): Promise<unknown> {
  const {stdout} = await run(place, {args: ['show', '-json', '-no-color', PLAN_FILE], mutates: false, doing, timeoutMs: LOOK_MS})
  return JSON.parse(stdout)
}

/** Does what the saved plan says, and nothing else. */
export function applyPlan(place: TerraformPlace, options: {doing: string; timeoutMs: number; onLine(line: string): void}): Promise<ToolResult> {
  return run(place, {
    args: ['apply', '-input=false', '-no-color', '-lock-timeout=0s', PLAN_FILE],
    mutates: true,
    doing: options.doing,
    timeoutMs: options.timeoutMs,
    // As Ctrl-C in a terminal would: the program finishes what is under way and saves its state; SIGTERM would end its provider first.
    stopSignal: 'SIGINT',
    graceMs: STOP_MS,
    onLine: options.onLine,
    // Cut off, it would have made what no state knows.
    outlastsKp: true,
  })
}

/** The outputs of a stack; an empty object where it has no state. */
export async function outputs(place: TerraformPlace, doing: string): Promise<Record<string, unknown>> {
  const {stdout} = await run(place, {args: ['output', '-json', '-no-color'], mutates: false, doing, timeoutMs: LOOK_MS})
  const values = JSON.parse(stdout) as Record<string, {value: unknown; sensitive: boolean}>
  return Object.fromEntries(Object.entries(values).flatMap(([name, {value, sensitive}]) => (sensitive ? [] : [[name, value]])))
}

/** Makes a state of a file the state of the stack; refused by the program where what is there is newer or of another origin. */
export function pushState(place: TerraformPlace, {file, doing}: {file: string; doing: string}): Promise<ToolResult> {
  return run(place, {args: ['state', 'push', '-lock-timeout=0s', file], mutates: true, doing, stopSignal: 'SIGINT'})
}

/** The state of the stack as it is kept; empty where there is none. Holds what is secret: never to be printed. */
export async function pullState(place: TerraformPlace, doing: string): Promise<string> {
  return (await run(place, {args: ['state', 'pull'], mutates: false, doing})).stdout
}

/** Opens the lock of somebody who is dead. */
export function forceUnlock(place: TerraformPlace, id: string, doing: string): Promise<ToolResult> {
  return run(place, {args: ['force-unlock', '-force', id], mutates: true, doing})
}

async function run({exec, tool, folder, env}: TerraformPlace, call: Omit<ToolCall, 'tool'>): Promise<ToolResult> {
  try {
    return await exec.run({...call, tool, cwd: folder, env: {...env, ...OWN_SETTINGS}})
  } catch (error) {
    throw withItsError(error, tool)
  }
}

/** What went wrong stands in a line of its own, long before the last one. */
function withItsError(error: unknown, tool: string): unknown {
  if (!(error instanceof KpError) || error.code !== 'TOOL_FAILED') return error
  const said = /^Error: (.+)$/m.exec(error.tool?.output ?? '')?.[1]
  if (said === undefined) return error
  const {doing, tool: report, next, details} = error
  return new KpError({code: 'TOOL_FAILED', message: `${tool}: ${said}`, ...(doing === undefined ? {} : {doing}), ...(report === undefined ? {} : {tool: report}), next, details, cause: error})
}

/** What somebody set for their own work must not lead kp's elsewhere. */
const OWN_SETTINGS = {
  TF_IN_AUTOMATION: '1',
  TF_INPUT: '0',
  TF_DATA_DIR: '.terraform',
  TF_WORKSPACE: '',
  TF_CLI_ARGS: '',
  TF_CLI_ARGS_init: '',
  TF_CLI_ARGS_plan: '',
  TF_CLI_ARGS_apply: '',
  TF_LOG: '',
}

/** Who holds the lock of a state. */
export interface StateLock {
  id: string
  who: string
  operation: string
  created: string
}

/** The lock that a failed call tells of; undefined where it failed for another reason. */
export function stateLock(output: string): StateLock | undefined {
  if (!/Error acquiring the state lock|Lock Info:/.test(output)) return undefined
  const field = (name: string): string => new RegExp(`^[\\s│|]*${name}:[ \\t]*(.*)$`, 'm').exec(output)?.[1]?.trim() ?? ''
  const id = field('ID')
  return id === '' ? undefined : {id, who: field('Who'), operation: field('Operation').replace(/^OperationType/, '').toLowerCase(), created: field('Created')}
}
