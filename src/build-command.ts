/** What `kp up` and `kp step` share: session, plan, confirmation, view, result. */
import {KpCommand} from './base-command.ts'
import type {CommandResult} from './base-command.ts'
import type {AdoptionConsent, PlatformPhase} from './context.ts'
import {EXIT} from './engine/errors.ts'
import type {Event} from './engine/events.ts'
import type {Plan} from './engine/plan.ts'
import type {RunResult} from './engine/run.ts'
import {HOME} from './home.ts'
import {requireAdoptable} from './operations/adopt.ts'
import {hintsOf} from './operations/consent.ts'
import type {PhaseHints} from './operations/consent.ts'
import {build} from './operations/up.ts'
import type {BesidePlan} from './operations/up.ts'
import {keepGlance} from './platform/glance.ts'
import {openSession} from './platform/session.ts'
import {errorBodyOf, planResult, stepResult, upResult} from './ui/make-results.ts'
import type {RunFacts} from './ui/make-results.ts'
import {renderError} from './ui/render-error.ts'
import {renderConsent} from './ui/render-hints.ts'
import {renderPlan} from './ui/render-plan.ts'
import {renderRun} from './ui/render-run.ts'
import {startView} from './ui/views.ts'
import type {View} from './ui/io.ts'

/** What a build is asked to do. */
export interface BuildRequest {
  kind: 'up' | 'step'
  command: string
  select(phases: PlatformPhase[]): PlatformPhase[]
  dryRun: boolean
  mayInstall: boolean
  parallel: number
  planFile?: string | undefined
  /** `--adopt`. */
  adopt?: AdoptionConsent | undefined
}

/** A run that is shown. */
export interface RunWatch {
  /** What a dry run recorded. */
  recorded: string[]
  /** Begins to show what happens; safe to call again. */
  show(): Promise<void>
  end(): Promise<void>
}

/** Base of the commands that build. */
export abstract class BuildCommand extends KpCommand {
  protected override stopsAtOnce = false

  /** Runs a build and makes its result. */
  protected async build(request: BuildRequest): Promise<CommandResult> {
    const runId = this.newRun()
    const started = Date.now()
    const opened = await this.open({dryRun: request.dryRun, mayInstall: request.mayInstall, runId, adopt: request.adopt})
    const {ctx, save} = opened
    const phases = request.select(ctx.phases)
    requireAdoptable(ctx, phases)
    const {environment} = ctx.spec
    const watch = await this.watchRun(header(ctx.spec.platform, environment.name, environment.cluster, ctx.provider.title))
    const session = await openSession({ctx, bus: this.bus, runId, command: request.command, redact: (value) => this.redactor.value(value), abort: () => this.interrupts?.abort()})
    let result: RunResult
    let hints: PhaseHints[] = []
    try {
      result = await build({
        ctx,
        phases,
        parallel: request.parallel,
        command: request.command,
        runId,
        session,
        planFile: request.planFile,
        confirm: (plan, beside) => this.confirmPlan(plan, {request, environment, ...beside}),
        beforeRun: watch.show,
      })
      if (result.result === 'ok' && !request.dryRun) hints = await hintsOf(phases, ctx)
    } finally {
      await watch.end()
      await save()
      if (!request.dryRun) await keepGlance(opened, {home: HOME, version: this.config.version})
      await session.close()
    }
    const facts: RunFacts = {environment: environment.name, cluster: environment.cluster, run: runId, dryRun: request.dryRun, durationMs: Date.now() - started, hints, ...(request.dryRun ? {commands: watch.recorded} : {})}
    const value = request.kind === 'up' ? upResult(facts, result) : stepResult(facts, result)
    const error = result.error
    const text = (): string => [renderRun(value, this.terminal, this.words()), ...(error === undefined || result.result === 'interrupted' ? [] : [renderError(errorBodyOf(error), this.terminal, this.words())])].join('\n\n')
    return {json: value, text, exit: this.exitOf(result)}
  }

  /** Shows a run: its header, that kp looks, and from `show` on what happens. With --json everything from the first event on. */
  protected async watchRun(head: string): Promise<RunWatch> {
    const recorded: string[] = []
    this.bus.listen((event) => {
      if (event.code === 'tool.recorded') recorded.push(String(event.data?.['command']))
    })
    // What happens before the view starts is shown by it too.
    const early: Event[] = []
    let view: View | undefined
    this.bus.listen((event) => {
      if (view === undefined) early.push(event)
      else view.listen(event)
    })
    const show = async (): Promise<void> => {
      if (view !== undefined) return
      await this.stopLooking()
      view = await startView(this.terminal, {json: this.global.json, verbose: this.global.verbose, redact: (value) => this.redactor.value(value)})
      for (const event of early.splice(0)) view.listen(event)
    }
    if (this.global.json) await show()
    else await this.print(head)
    this.showLooking()
    return {
      recorded,
      show,
      end: async () => {
        await this.stopLooking()
        const shown = view
        view = undefined
        await shown?.finish()
      },
    }
  }

  private async confirmPlan(plan: Plan, {request, environment, consents, notes, cost}: {request: BuildRequest; environment: {name: string; cluster: string; protected: boolean}} & BesidePlan): Promise<void> {
    if (request.dryRun) return
    const count = plan.steps.filter((step) => step.state !== 'satisfied').length
    if (!this.global.json && !this.global.yes) await this.print(`${renderPlan(planResult({environment: environment.name, cluster: environment.cluster, plan, notes, ...(cost === undefined ? {} : {monthlyCost: cost})}), this.terminal, this.words(), {brief: true})}\n${consents.map((text) => `\n${renderConsent(text, this.terminal)}\n`).join('')}`)
    const disrupts = plan.steps.some((step) => step.state !== 'satisfied' && step.risk !== 'none')
    const {cluster} = environment
    await this.ask({risk: disrupts ? 'disrupts' : 'changes', what: `${count} ${count === 1 ? 'step' : 'steps'} in ${cluster}: go on`, cluster, protected: environment.protected})
    for (const text of consents) await this.askConsent(text, environment)
  }

  /** What counts beyond the plan is asked for on its own. Where flags have answered already, that is told. */
  private async askConsent(text: string, {cluster, protected: guarded}: {cluster: string; protected: boolean}): Promise<void> {
    await this.ask({risk: 'changes', what: this.global.json ? `${text}: agreed for ${cluster}` : `Agree to what is said above, for ${cluster}`, cluster, protected: guarded})
    this.bus.emit({code: 'note', text: `agreed to${this.global.yes ? ' with --yes' : ''}: ${text}`})
  }

  protected exitOf(result: RunResult): number {
    if (result.result === 'ok') return EXIT.ok
    if (result.result === 'interrupted') return this.interrupts?.cause() === 'SIGTERM' ? EXIT.terminated : EXIT.interrupted
    return result.error?.exit ?? EXIT.failed
  }
}

/** The line that every command which changes something prints first. */
export function header(platform: string, environment: string, cluster: string, provider: string): string {
  return `${platform} · environment ${environment} · cluster ${cluster} · ${provider}\n\n`
}
