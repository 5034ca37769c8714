/**
 * The values that kp is made of. The engine knows only these; what they do to
 * the world is in `steps/`, `providers/` and `tools/`.
 */
import type {Clock} from './clock.ts'
import type {EventInput} from './events.ts'
import type {Facts, FixStep, ObjectRef, Sighting} from './facts.ts'

export type {FixStep} from './facts.ts'

/** What a probe found when it looked at the world. */
export type ProbeState = 'satisfied' | 'absent' | 'drifted' | 'unknown'

/** One difference between what is wanted and what is there. */
export interface Difference {
  /** What differs, as a person names it: `Deployment cert-manager/cert-manager`, `node pool general`. */
  object: string
  /** The field, as a path (`spec.replicas`); absent where the whole object is missing or surplus. */
  field?: string
  /** What is wanted; secrets are never put here. */
  wanted?: string
  /** What was seen; absent where nothing was there. */
  seen?: string
}

/** The answer of a probe. It is made by looking, never by remembering. */
export interface Probe {
  state: ProbeState
  /** What was observed, one short sentence. */
  observed: string
  /** For `drifted`: every object and field that differs. For `absent` of a set: what is missing. */
  differences?: Difference[]
  /** What `apply` began has come to an end, and not to a good one: to look again changes nothing. */
  ended?: true
  /** Data that `plan` and `apply` of the same step can use, so that they need not look again. */
  data?: unknown
}

/** What a step would do, in words and in commands that a person could run by hand. */
export interface Changes {
  lines: string[]
  commands: string[]
}

/** How much a step can hurt while it runs. */
export type Risk = 'none' | 'disruptive' | 'destructive'

/** Either yes, or the reason why not, as a sentence. */
export type Applies = true | string

/** Everything that the engine itself needs from a run; platforms extend it. */
export interface EngineContext {
  emit(event: EventInput): void
  /** Aborted at the second Ctrl-C, or when a time limit passed. */
  signal: AbortSignal
  clock: Clock
  exec: Exec
  /**
   * The gate for every change that is not a tool call (a file written, a lab
   * created). A dry run records it instead of doing it.
   */
  change<T>(what: {doing: string; command: string}, act: () => Promise<T>): Promise<T | undefined>
  /** Called after every step that changed something: what was read before is stale. */
  changed(): void
  /** True once the run was asked to stop after the step in hand (the first Ctrl-C). */
  stopping(): boolean
  /** Whether changes are recorded instead of made. Only the engine asks; steps must not. */
  dryRun: boolean
}

/** One idempotent piece of work. See `docs/architecture.md`, "The law of steps". */
export interface Step<C extends EngineContext = EngineContext> {
  /** Stable, `<phase>/<name>`. */
  id: string
  /** Imperative: "Install cert-manager". */
  title: string
  risk: Risk
  /** Whether this step has anything to do for this platform at all. */
  appliesTo?(ctx: C): Applies
  /** Looks at the world. Must never change it. */
  probe(ctx: C): Promise<Probe>
  /** What `apply` would do, given what the probe saw. Reads only. */
  plan(ctx: C, probe: Probe): Promise<Changes>
  /** Does it. Safe to run again at any time, also after a kill in the middle. */
  apply(ctx: C, probe: Probe): Promise<void>
  /**
   * Names of the steps and phases that must be done before it begins; the step may then run beside others of its phase, and
   * before what the phase depends on. Default: the step before it in its phase, and all that the phase depends on.
   */
  after?: string[]
  /** Names of steps and phases that it waits for where these do not wait for it: it needs nothing of them, but both at once would be in each other's way. */
  yieldsTo?(ctx: C): string[]
  /** What `apply` made and still stands, for `undo`. Reads only. */
  standing?(ctx: C, options: RemovalOptions): Promise<Standing>
  /** Takes back what `apply` did; used by `kp step X --remove`. Safe to run again, also after a kill in the middle. */
  undo?(ctx: C, options?: RemovalOptions): Promise<void>
  /** Ids of the checks that prove this step; run right after `apply`. */
  verify?: string[]
  /**
   * How long the world may take to show what `apply` did (controllers, caches):
   * the probe is repeated that long before the step counts as failed. Default 15 seconds.
   */
  settleMs?: number
  /** Default: no retry. Only errors that `when` names as transient are retried. */
  retry?: {tries: number; delayMs: number; when(error: unknown): boolean}
  /** Milliseconds for one `apply`; default 10 minutes. */
  timeoutMs?: number
  /** Names that steps of parallel phases must not hold at the same time. */
  locks?: string[]
}

/** How much a removal takes away. */
export interface RemovalOptions {
  /** Also data: kinds with their objects, claims of volumes, Secrets of certificates. */
  withData: boolean
  /** In a preview: what goes before this step, by name. */
  goes?: ReadonlySet<string>
  /** Of a set of objects only these, by name. */
  only?: ReadonlySet<string>
}

/** What of a step is in the world. */
export interface Standing {
  /** What `undo` would take away, by name: `Deployment demo/demo`. */
  deletes: string[]
  /** What stays, by name. */
  keeps: string[]
  /** What others have put on it: as long as there is any, nothing is removed. */
  blockers: string[]
}

/** What a check says. No data is `unknown`, never `pass`. */
export type CheckStatus = 'pass' | 'warn' | 'fail' | 'skip' | 'unknown'

/** The outcome of one run of a check. */
export interface CheckResult {
  status: CheckStatus
  /** What was seen; for `skip` and `unknown` the reason. */
  observed: string
  expected?: string
  /** Where to look: object names, a command and the end of its output. */
  evidence?: string[]
  /** Of `unknown`: nobody can know it yet, so a check with `within` asks again. */
  early?: true
}

/** A sentence about the platform that can be held against the world. */
export interface Check<C extends EngineContext = EngineContext> {
  /** Stable for ever. */
  id: string
  /** A sentence that is true when the check passes. */
  title: string
  severity: 'error' | 'warning'
  /** Whether the status that it reads is written by a simulation (in the lab), and by which: a short phrase. */
  simulated?(ctx: C): false | string
  appliesTo?(ctx: C): Applies
  run(ctx: C): Promise<CheckResult>
  /** For what becomes true only after a while: look again every `everyMs` until `deadlineMs`. */
  within?: {deadlineMs: number; everyMs: number}
  /** Codes of the pitfalls that explain a failure. */
  pitfalls?: string[]
  /** Where it asks from outside: the objects that it asks through. What is wrong with any of them comes before it in a diagnosis. */
  through?(ctx: C): ObjectRef[]
}

/** A checked sentence with its result, as `kp verify` prints it. */
export interface CheckReport extends CheckResult {
  id: string
  phase: string
  title: string
  severity: 'error' | 'warning'
  simulated: boolean
  /** Which simulation wrote the status that was read. */
  simulatedBy?: string
  pitfalls: string[]
  durationMs: number
}

/** One way to recognise a pitfall. All fields that are given must match. */
export interface PitfallMatch {
  /** A failing check. */
  check?: string
  /** A failing tool, and where given its exit code. */
  tool?: string
  exitCode?: number
  /** Matched against the output of a failed tool, or the message of a failed step. */
  output?: RegExp
  /** Name of an AWS error. */
  awsError?: string
  /** An object's condition: `{type: "Ready", status: "False", reason: /.../}`. */
  condition?: {kind: string; type: string; status?: string; reason?: RegExp; message?: RegExp}
  /** An event of the cluster. */
  event?: {reason: string; message?: RegExp}
  /** A container's waiting or terminated reason. */
  container?: {reason: string}
}

/** A known failure, its cause and its documented fix. */
export interface Pitfall {
  /** `KP` + two digits of the phase + two digits of the item: KP0503. Never reused. */
  code: string
  title: string
  symptom: string
  cause: string
  match: PitfallMatch[]
  /**
   * Finds it in a live cluster, object by object; pure. With it `kp diagnose` does not look for conditions, events and
   * containers of `match`, unless `matchesToo`.
   */
  find?(facts: Facts): Sighting[]
  /** Whether `kp diagnose` looks for `match` all the same: `find` sees one of several causes. */
  matchesToo?: true
  /** Custom kinds that `find` reads. */
  kinds?: string[]
  /** Components whose words `find` reads though they run: what they complain of shows nowhere else. */
  listens?: string[]
  fix: FixStep[]
  /** The check that proves the fix. */
  confirmBy: string
  /** File name under runbooks/. */
  runbook?: string
  /** Where it is documented: "twenty phases, 5", "upstream: cert-manager docs". */
  source: string
}

/** One of the twenty phases. */
export interface Phase<C extends EngineContext = EngineContext> {
  id: string
  number: number
  title: string
  what: string
  why: string
  /** How kp does it, in sentences; commands that it runs are in the steps. */
  how: string[]
  /** Ids of the phases that come before it on this platform. */
  dependsOn(ctx: C): string[]
  /** Whether the platform has this phase at all. */
  appliesTo?(ctx: C): Applies
  /** The steps for this platform, in order. */
  steps(ctx: C): Step<C>[]
  checks: Check<C>[]
  pitfalls: Pitfall[]
}

/** One call of a program. */
export interface ToolCall {
  /** Name of the tool: `helm`; its path is found by the implementation. */
  tool: string
  /** Never a shell string. */
  args: string[]
  /** Whether the call changes anything outside of kp's own temporary files. */
  mutates: boolean
  /** What is being done, for a person: "install cert-manager". */
  doing: string
  /** Given to the program on its standard input; never printed. */
  input?: string
  cwd?: string
  env?: Record<string, string>
  /** Milliseconds; default 5 minutes. */
  timeoutMs?: number
  /** Texts that must not appear in the journal, a log or an error. */
  redact?: string[]
  /** Exit codes that are answers, not failures; default `[0]`. */
  okExitCodes?: number[]
  /** The step that makes the call; the engine fills it in. */
  at?: {phase: string; step: string}
  /** Stops this call alone; the run's own signal stops every call. */
  signal?: AbortSignal
  /** How it is asked to end; default SIGTERM. A program whose children must outlive the request wants SIGINT. */
  stopSignal?: 'SIGINT' | 'SIGTERM'
  /** Milliseconds that it has to end after that, before it is killed; default 20 seconds. */
  graceMs?: number
  /** Called with each line of standard output and standard error as it comes. */
  onLine?: (line: string) => void
  /** It finishes what it does also where kp is killed: what it prints goes into files, since a pipe that nobody reads ends a program. */
  outlastsKp?: boolean
}

/** What a program answered. */
export interface ToolResult {
  exitCode: number
  stdout: string
  stderr: string
  durationMs: number
  /** The command as a person would type it, redacted. */
  commandLine: string
  /** True where a dry run recorded the call instead of making it. */
  recorded: boolean
}

/** Runs programs. The dry-run implementation answers reads and records what would change. */
export interface Exec {
  /**
   * Runs a program to its end.
   * @throws KpError with code TOOL_MISSING, TOOL_FAILED, TOOL_TIMEOUT or TOOL_KILLED
   */
  run(call: ToolCall): Promise<ToolResult>
}
