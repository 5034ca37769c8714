/** What every command of kp shares: global flags, JSON, errors and exit codes, signals. */
import {existsSync} from 'node:fs'
import {join} from 'node:path'
import {Command, Flags} from '@oclif/core'
import type {Interfaces} from '@oclif/core'
import {asKpError, EXIT, KpError} from './engine/errors.ts'
import {newRunId} from './engine/journal.ts'
import {didYouMean} from './engine/spelling.ts'
import type {AdoptionConsent, PlatformContext, PlatformPhase} from './context.ts'
import {HOME} from './home.ts'
import {createBus} from './platform/bus.ts'
import type {EventBus} from './platform/bus.ts'
import {activeDrillFile} from './platform/find.ts'
import {watchInterrupts} from './platform/interrupts.ts'
import type {Interrupts} from './platform/interrupts.ts'
import type {OpenedPlatform} from './platform/open.ts'
import {knownSecrets, refuseWrittenSecrets} from './platform/secrets.ts'
import {confirm} from './prompts/confirm.ts'
import type {CommandRisk} from './prompts/confirmation.ts'
import {resultLine, writeWhole} from './ui/json.ts'
import {errorBodyOf, errorResult} from './ui/make-results.ts'
import {createRedactor} from './ui/redact.ts'
import type {Redactor} from './ui/redact.ts'
import {startLooking} from './ui/looking.ts'
import type {LookingLine} from './ui/looking.ts'
import {renderError} from './ui/render-error.ts'
import {terminalOf} from './ui/terminal.ts'
import {clean, wrap} from './ui/text.ts'
import {startView} from './ui/views.ts'
import type {Terminal} from './ui/io.ts'
import type {Words} from './ui/render-common.ts'

/** Flags that every command has. */
export const GLOBAL_FLAGS = {
  dir: Flags.directory({char: 'C', summary: 'Platform repository; default the nearest parent with kp.yaml', helpGroup: 'GLOBAL', helpValue: 'DIR'}),
  env: Flags.string({summary: 'Environment; needed where kp.yaml has several', env: 'KP_ENV', helpGroup: 'GLOBAL', helpValue: 'NAME'}),
  json: Flags.boolean({summary: 'Print JSON', helpGroup: 'GLOBAL'}),
  yes: Flags.boolean({char: 'y', summary: 'Answer questions with yes', helpGroup: 'GLOBAL'}),
  confirm: Flags.string({summary: 'Name of the cluster, for what has to be confirmed by name', helpGroup: 'GLOBAL', helpValue: 'NAME'}),
  color: Flags.boolean({summary: 'Colour; NO_COLOR switches it off too', default: true, allowNo: true, helpGroup: 'GLOBAL'}),
  verbose: Flags.boolean({summary: 'Print every tool call', helpGroup: 'GLOBAL'}),
}

/** Ends that a known failure may explain; the others are about how kp was called. */
const EXPLAINED = new Set<number>([EXIT.spec, EXIT.prerequisite, EXIT.failed, EXIT.locked, EXIT.refused])

type GlobalFlags = Interfaces.InferredFlags<typeof GLOBAL_FLAGS>

/** The result of a command: a value for JSON, a text for people, and the exit code. */
export interface CommandResult {
  json: unknown
  text: () => string
  exit?: number
}

/** Base of all commands. */
export abstract class KpCommand extends Command {
  static override baseFlags = GLOBAL_FLAGS
  protected global!: GlobalFlags
  protected terminal!: Terminal
  protected redactor: Redactor = createRedactor()
  protected bus: EventBus = createBus(() => Date.now())
  protected interrupts: Interrupts | undefined
  /** Whether the first Ctrl-C stops the command at once: so it is where no step has to be finished. */
  protected stopsAtOnce = true
  protected phases: PlatformPhase[] = []
  private looking: LookingLine | undefined

  /** The work of the command. */
  protected abstract work(): Promise<CommandResult>

  override async run(): Promise<void> {
    const result = await this.work()
    if (this.stopsAtOnce && this.interrupts?.stopping() === true) throw new KpError({code: 'INTERRUPTED', message: 'stopped', next: ['run the same command again']})
    await this.print(this.global.json ? resultLine(this.redactor.value(result.json)) : this.redactor.text(ensureLineBreak(result.text())))
    if (result.exit !== undefined && result.exit !== EXIT.ok) this.exit(result.exit)
  }

  /** Keeps the global flags; each command calls it right after parsing. */
  protected begin(flags: object): void {
    this.global = flags as GlobalFlags
    this.terminal = terminalOf(process, {noColor: !this.global.color, json: this.global.json})
  }

  /** The phases, loaded only where they are needed. */
  protected async loadPhases(): Promise<PlatformPhase[]> {
    this.phases = (await import('./steps/index.ts')).phases
    return this.phases
  }

  /** Opens the platform of `--dir` and `--env`. */
  protected async open(options: {dryRun?: boolean; mayInstall?: boolean; runId?: string; anyEnvironment?: boolean; adopt?: AdoptionConsent | undefined} = {}): Promise<OpenedPlatform> {
    const interrupts = this.watch()
    const {openPlatform} = await import('./platform/open.ts')
    const opened = await openPlatform({
      ...options,
      cwd: process.cwd(),
      dir: this.global.dir,
      environment: this.global.env,
      env: process.env,
      home: HOME,
      version: this.config.version,
      phases: await this.loadPhases(),
      emit: this.bus.emit,
      redact: (text) => this.redactor.text(text),
      learnSecret: (value) => this.redactor.add([value]),
      signal: interrupts.signal,
      stopping: interrupts.stopping,
      awake: async (ctx) => (existsSync(activeDrillFile(ctx.paths.environment)) ? (await import('./operations/drill/settle.ts')).awakeAfterDrill(ctx) : undefined),
      settle: async (ctx) => void (await (await import('./operations/drill/settle.ts')).settleDrill(ctx)),
    })
    const {ctx, loaded} = opened
    const secrets = ctx.environments.flatMap((spec) => knownSecrets(spec.secrets, process.env, ctx.paths.root))
    this.redactor.add(secrets.map(({value}) => value))
    refuseWrittenSecrets(loaded.path, loaded.text, secrets)
    for (const warning of opened.loaded.warnings) this.warnPerson(warning)
    await this.warnOfDrill(ctx)
    return opened
  }

  /** A fault that nobody takes back is told by every command. */
  private async warnOfDrill(ctx: PlatformContext): Promise<void> {
    if (!existsSync(activeDrillFile(ctx.paths.environment))) return
    const {leftDrill} = await import('./operations/drill/settle.ts')
    const left = leftDrill(ctx)
    if (left !== undefined) this.warnPerson(`the drill ${left.drill} (${left.target}) was cut off and is not taken back: kp drills undo does it, and so does every kp that changes something`)
  }

  /** Name of the lab of the platform here, for the lab commands; undefined outside of a platform, or where its provider is another. */
  protected async labOfPlatform(): Promise<string | undefined> {
    try {
      const {ctx} = await this.open()
      return ctx.provider.id === 'lab' ? ctx.spec.environment.cluster : undefined
    } catch (error) {
      if (error instanceof KpError && error.code === 'SPEC_MISSING' && this.global.dir === undefined) return undefined
      throw error
    }
  }

  /** Opens the platform for something that only looks, and writes the caches afterwards. */
  protected async withPlatform(look: (opened: OpenedPlatform) => Promise<CommandResult>, options: {adopt?: AdoptionConsent | undefined} = {}): Promise<CommandResult> {
    const opened = await this.open(options)
    this.showLooking()
    try {
      return await look(opened)
    } finally {
      await this.stopLooking()
      await opened.save()
    }
  }

  /** Shows that kp looks, until something is printed or asked. */
  protected showLooking(): void {
    if (this.global.json || this.global.verbose || this.looking !== undefined) return
    const looking = startLooking(this.terminal, (terminal) => startView(terminal, {json: false, verbose: false}))
    this.bus.listen(looking.listen)
    this.looking = looking
  }

  /** Takes that line away. */
  protected async stopLooking(): Promise<void> {
    const {looking} = this
    this.looking = undefined
    await looking?.stop()
  }

  /** Signals are understood from here on. */
  protected watch(): Interrupts {
    this.interrupts ??= watchInterrupts((signal) => {
      if (this.stopsAtOnce) this.interrupts?.abort()
      else this.bus.emit({code: 'run.interrupted', text: 'stopping after the step in hand; once more stops at once', data: {signal}})
    })
    return this.interrupts
  }

  /** A new run id. */
  protected newRun(): string {
    return newRunId(Date.now())
  }

  /** Asks for a confirmation, as the risk demands. */
  protected async ask(options: {risk: CommandRisk; what: string; cluster: string; protected: boolean; yesIsEnough?: boolean}): Promise<void> {
    await this.stopLooking()
    const answered = await confirm({
      ...options,
      yes: this.global.yes,
      confirmName: this.global.confirm,
      isTTY: this.terminal.interactive,
      io: {input: process.stdin, output: this.global.json ? process.stderr : process.stdout, colour: this.terminal.colour, unicode: this.terminal.unicode},
    })
    if (answered !== undefined) this.bus.emit({code: 'prompt.answered', data: {...answered}})
  }

  /** Writes to standard output, whole. */
  protected async print(text: string): Promise<void> {
    await this.stopLooking()
    await writeWhole(process.stdout, text)
  }

  /** Writes a warning to standard error. */
  protected warnPerson(text: string): void {
    const sentence = this.redactor.text(text).replace(/^(\S+:\d+:\d+) +(\S+) +/, '$1 $2: ')
    process.stderr.write(`${wrap(clean(sentence), this.terminal.columns, {first: 'warning  '}).join('\n')}\n`)
  }

  /** Words that renderers take from the phases. */
  protected words(): Words {
    const pitfalls = new Map(this.phases.flatMap((phase) => phase.pitfalls.map((pitfall) => [pitfall.code, pitfall])))
    const titles = new Map(this.phases.map((phase) => [phase.id, phase.title]))
    return {pitfall: (code) => pitfalls.get(code), phaseTitle: (id) => titles.get(id) ?? id}
  }

  /** Turns everything that was thrown into one error, prints it, and ends with its exit code. */
  override async catch(thrown: Error & {exitCode?: number; oclif?: {exit?: number}; code?: string}): Promise<void> {
    if (thrown.code === 'EEXIT') throw thrown
    await this.stopLooking()
    const known = fromOclif(thrown) ?? asKpError(thrown)
    const error = known.code === 'INTERRUPTED' && this.interrupts?.cause() === 'SIGTERM' ? known.as('TERMINATED') : known
    if (error.pitfalls.length === 0 && EXPLAINED.has(error.exit)) error.pitfalls = (await import('./operations/explain-error.ts')).pitfallsOf(await this.loadPhases(), error)
    const json = this.global?.json ?? this.argv.includes('--json')
    this.terminal ??= terminalOf(process, {noColor: this.argv.includes('--no-color'), json})
    if (json) await this.print(resultLine(this.redactor.value(errorResult(error))))
    else await writeWhole(process.stderr, this.redactor.text(ensureLineBreak(renderError(errorBodyOf(error), this.terminal, this.words()))))
    if (this.global?.verbose && error.code === 'BUG' && error.cause instanceof Error) process.stderr.write(`${this.redactor.text(error.cause.stack ?? '')}\n`)
    this.exit(error.exit)
  }

  override async finally(error: Error | undefined): Promise<void> {
    this.interrupts?.dispose()
    await super.finally(error)
  }
}

/** What oclif's parser throws. */
interface ParserError extends Error {
  parse?: {input?: {flags?: Record<string, unknown>}}
  /** The flags that do not exist, as typed. */
  flags?: string[]
}

/** Errors of oclif's parser are wrong usage. */
function fromOclif(error: ParserError): KpError | undefined {
  if (error instanceof KpError) return undefined
  const fromParser = error.parse !== undefined || /^(Nonexistent flag|Unexpected argument|Missing |Expected |Flag |Parsing|The following error)/.test(error.message)
  if (!fromParser) return undefined
  const message = plainUsage(error.message)
  const known = Object.keys(error.parse?.input?.flags ?? {}).map((name) => `--${name}`)
  const hint = error.flags?.length === 1 ? didYouMean(error.flags[0] ?? '', known) : ''
  return new KpError({code: 'USAGE', message: `${message}${hint}`, next: ['run the same command with --help']})
}

/** What oclif's parser says, without its line breaks and its preambles. */
function plainUsage(message: string): string {
  return message
    .replace(/\nSee more help with --help$/, '')
    .replace(/^The following error(?:s)? occurred:\s*/, '')
    .replace(/^Parsing (--[\w-]+)\s+/, '$1: ')
    .replace(/^Missing \d+ required args?:\s*name\b/, 'missing argument:')
    .replaceAll(/\s*\n\s*/g, ' ')
}

function ensureLineBreak(text: string): string {
  return text === '' || text.endsWith('\n') ? text : `${text}\n`
}

/** Where the compiled or the source form of kp keeps its schemas. */
export function schemaPath(name: string): string {
  return join(HOME, 'schemas', name)
}
