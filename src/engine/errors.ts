/** Every way in which kp ends other than well. Exit codes are a contract: `docs/exit-codes.md`. */

/** Exit codes, the same for every output format. */
export const EXIT = {
  ok: 0,
  unhealthy: 1,
  usage: 2,
  spec: 3,
  prerequisite: 4,
  failed: 5,
  locked: 6,
  refused: 7,
  unknown: 8,
  changes: 9,
  defect: 70,
  interrupted: 130,
  terminated: 143,
} as const

/** The stable names of errors, each with its exit code. */
export const ERROR_CODES = {
  USAGE: EXIT.usage,
  UNKNOWN_PHASE: EXIT.usage,
  NO_TERMINAL: EXIT.usage,
  SPEC_MISSING: EXIT.spec,
  SPEC_INVALID: EXIT.spec,
  ENVIRONMENT_UNKNOWN: EXIT.spec,
  TOOL_MISSING: EXIT.prerequisite,
  TOOL_OLD: EXIT.prerequisite,
  NODE_OLD: EXIT.prerequisite,
  PREREQUISITE_MISSING: EXIT.prerequisite,
  CREDENTIALS_MISSING: EXIT.prerequisite,
  TOOL_FAILED: EXIT.failed,
  TOOL_TIMEOUT: EXIT.failed,
  TOOL_KILLED: EXIT.failed,
  TOOL_RUBBISH: EXIT.failed,
  STEP_FAILED: EXIT.failed,
  STEP_TIMEOUT: EXIT.failed,
  STEP_NOT_CONVERGED: EXIT.failed,
  CLUSTER_UNREACHABLE: EXIT.failed,
  CLUSTER_ABSENT: EXIT.failed,
  API_ERROR: EXIT.failed,
  FILE_SYSTEM: EXIT.failed,
  LAB_FAILED: EXIT.failed,
  LOCKED: EXIT.locked,
  WRONG_CLUSTER: EXIT.refused,
  WRONG_ACCOUNT: EXIT.refused,
  NOT_CONFIRMED: EXIT.refused,
  NOT_OURS: EXIT.refused,
  EDITED_BY_HAND: EXIT.refused,
  IMMUTABLE: EXIT.refused,
  GATE: EXIT.refused,
  BUG: EXIT.defect,
  INTERRUPTED: EXIT.interrupted,
  TERMINATED: EXIT.terminated,
} as const

/** A stable error name. */
export type ErrorCode = keyof typeof ERROR_CODES

/** What goes into a KpError. */
export interface KpErrorInput {
  code: ErrorCode
  /** What went wrong, one sentence. */
  message: string
  /** What was being done: "install cert-manager". */
  doing?: string
  /** The tool that failed and the end of what it said, redacted. */
  tool?: {name: string; command: string; exitCode?: number | undefined; output: string}
  /** Commands or actions that come next, most useful first. */
  next?: string[]
  /** Codes of pitfalls that explain it. */
  pitfalls?: string[]
  /** Whether running the same command again is safe. */
  retrySafe?: boolean
  /** What was seen, for people: file:line:column, holders, object names. */
  details?: string[]
  cause?: unknown
}

/** The only error that kp throws on purpose. Anything else that arrives at the top is a defect. */
export class KpError extends Error {
  readonly code: ErrorCode
  readonly exit: number
  readonly doing: string | undefined
  readonly tool: KpErrorInput['tool']
  readonly next: string[]
  readonly details: string[]
  readonly retrySafe: boolean
  pitfalls: string[]

  constructor(input: KpErrorInput) {
    super(input.message, input.cause === undefined ? undefined : {cause: input.cause})
    this.name = 'KpError'
    this.code = input.code
    this.exit = ERROR_CODES[input.code]
    this.doing = input.doing
    this.tool = input.tool
    this.next = input.next ?? []
    this.details = input.details ?? []
    this.retrySafe = input.retrySafe ?? true
    this.pitfalls = input.pitfalls ?? []
  }

  /** The same error under another code, and so with another exit code. */
  as(code: ErrorCode): KpError {
    const {message, doing, tool, next, details, retrySafe, pitfalls, cause} = this
    return new KpError({code, message, ...(doing === undefined ? {} : {doing}), ...(tool === undefined ? {} : {tool}), next, details, retrySafe, pitfalls, cause})
  }
}

/** Makes a KpError of anything that was thrown; unknown errors become code BUG, with the stack as detail. */
export function asKpError(error: unknown, doing?: string): KpError {
  if (error instanceof KpError) return error
  const message = error instanceof Error ? error.message : String(error)
  const errno = (error as NodeJS.ErrnoException | undefined)?.code
  if (errno !== undefined && FILE_ERRORS[errno] !== undefined) {
    const path = (error as NodeJS.ErrnoException).path
    return new KpError({
      code: 'FILE_SYSTEM',
      message: `${FILE_ERRORS[errno]}${path === undefined ? '' : `: ${path}`}`,
      ...(doing === undefined ? {} : {doing}),
      next: [FILE_ADVICE[errno] ?? 'check the path and its permissions, then run the same command again'],
      cause: error,
    })
  }
  // Below a read-only folder Node's mkdir reports that the new folder is missing.
  if (errno === 'ENOENT' && (error as NodeJS.ErrnoException).syscall === 'mkdir') {
    return new KpError({
      code: 'FILE_SYSTEM',
      message: `the folder cannot be made: ${(error as NodeJS.ErrnoException).path ?? ''}`,
      ...(doing === undefined ? {} : {doing}),
      next: ['use a folder that can be written to'],
      cause: error,
    })
  }
  return new KpError({
    code: 'BUG',
    message: `unexpected error: ${message}`,
    ...(doing === undefined ? {} : {doing}),
    details: error instanceof Error && error.stack !== undefined ? error.stack.split('\n').slice(1, 4).map((l) => l.trim()) : [],
    next: ['run the same command again with --verbose and report what it prints'],
    cause: error,
  })
}

const FILE_ERRORS: Record<string, string> = {
  ENOSPC: 'the disk is full',
  EDQUOT: 'the disk quota is used up',
  EROFS: 'the file system is read-only',
  EACCES: 'permission denied',
  EPERM: 'operation not permitted',
  ENOTDIR: 'a part of the path is not a folder',
  EISDIR: 'the path is a folder',
  EMFILE: 'too many open files',
}

const FILE_ADVICE: Record<string, string> = {
  ENOSPC: 'free some disk space, then run the same command again: nothing was lost',
  EDQUOT: 'free some disk space, then run the same command again: nothing was lost',
  EROFS: 'use a folder that can be written to: kp --dir DIR',
  EACCES: 'use a folder that you may write to: kp --dir DIR',
}
