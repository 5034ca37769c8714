import {Args, Flags} from '@oclif/core'
import {BuildCommand, header} from '../build-command.ts'
import type {CommandResult} from '../base-command.ts'
import {EXIT, KpError} from '../engine/errors.ts'
import {HOME} from '../home.ts'
import {WAIVABLE, waive} from '../operations/drill/guard-results.ts'
import {planDrill} from '../operations/drill/index.ts'
import type {DrillPlan} from '../operations/drill/index.ts'
import {readDrill, readDrillFile} from '../operations/drill/load.ts'
import {recordDrill} from '../operations/drill/result.ts'
import {performDrill} from '../operations/drill/world.ts'
import type {Drill, GuardResult} from '../operations/drill/types.ts'
import type {OpenedPlatform} from '../platform/open.ts'
import {openSession} from '../platform/session.ts'
import {startDetached} from '../tools/detached.ts'
import {renderDrill, renderDrillPlan} from '../ui/render-drill.ts'
import type {DrillAnnouncement} from '../ui/render-drill.ts'
import type {DrillResult} from '../ui/results.ts'
import {startView} from '../ui/views.ts'

type Context = OpenedPlatform['ctx']

/** How long the dead-man waits beyond the time that the drill itself may take. */
const DEAD_MAN_GRACE_SECONDS = 30

export default class DrillCommand extends BuildCommand {
  static override summary = 'Break one thing on purpose, measure what users notice, and take it back'
  static override description = 'Checks that it may be done, makes one fault, watches users, platform and alerts from outside, takes it back whatever happens, and holds what was seen against a hypothesis. Exit code 0 where it held, 1 where it did not, 7 where a guard refused. kp drills list says which drills there are.'
  static override examples = ['<%= config.bin %> drill pod-crash', '<%= config.bin %> drill node-failure --target general-a-1 --yes', '<%= config.bin %> drill zone-failure --plan', '<%= config.bin %> drill --file drills/checkout.yaml', '<%= config.bin %> drill node-failure --env prod --yes --confirm acme-prod']
  static override args = {name: Args.string({description: 'Name of the drill', name: 'NAME'})}
  static override flags = {
    file: Flags.string({summary: 'A drill of your own (YAML; docs/drills.md)', helpValue: 'FILE'}),
    target: Flags.string({summary: 'The node, zone, pod or object that is hit; default the one whose loss teaches most and hurts least', helpValue: 'NAME'}),
    plan: Flags.boolean({summary: 'Only say what would be hit, and what the guards say'}),
    waive: Flags.string({summary: 'Guard that is set aside; needs --reason', multiple: true, helpValue: 'GUARD', options: [...WAIVABLE], dependsOn: ['reason']}),
    reason: Flags.string({summary: 'Why it is set aside; written down', helpValue: 'TEXT', dependsOn: ['waive']}),
  }

  protected async work(): Promise<CommandResult> {
    const {flags, args} = await this.parse(DrillCommand)
    this.begin(flags)
    const drill = chosenDrill(args.name, flags.file)
    const waived = new Map((flags.waive ?? []).map((id) => [id, flags.reason ?? '']))
    const runId = this.newRun()
    const opened = await this.open({runId})
    const {ctx} = opened
    const {environment, platform} = ctx.spec
    if (flags.plan) {
      this.showLooking()
      return this.planned(ctx, await planDrill(ctx, drill, {id: runId, wish: flags.target}), waived)
    }
    if (!this.global.json) await this.print(header(platform, environment.name, environment.cluster, ctx.provider.title))
    this.showLooking()
    const session = await openSession({ctx, bus: this.bus, runId, command: `kp drill ${drill.name}`, redact: (value) => this.redactor.value(value), abort: () => this.interrupts?.abort()})
    try {
      const plan = await planDrill(ctx, drill, {id: runId, wish: flags.target})
      await this.stopLooking()
      if (!this.global.json) await this.print(renderDrillPlan(announcementOf(plan), this.terminal))
      await this.ask({risk: 'disrupts', what: `drill ${drill.name} on ${environment.cluster}: ${typeof plan.target === 'string' ? 'see what the guards say' : plan.target.title}`, cluster: environment.cluster, protected: environment.protected})
      return await this.perform(ctx, {...plan, guards: async () => waive(await plan.guards(), waived)}, runId)
    } finally {
      await this.stopLooking()
      await opened.save()
      await session.close()
    }
  }

  private async perform(ctx: Context, plan: DrillPlan, id: string): Promise<CommandResult> {
    const startedAt = ctx.clock.now()
    const view = await startView({...this.terminal, isTTY: false}, {json: this.global.json, verbose: this.global.verbose, redact: (value) => this.redactor.value(value)})
    this.bus.listen(view.listen)
    this.bus.emit({code: 'run.started', data: {command: `kp drill ${plan.drill.name}`, environment: ctx.spec.environment.name, cluster: ctx.spec.environment.cluster, drill: plan.drill.name}})
    let value: DrillResult
    try {
      const outcome = await performDrill(ctx, plan, {
        id,
        tell: ({atSeconds, what, text}) => this.bus.emit({code: what === 'abort' ? 'warning' : 'note', text: `${atSeconds} s  ${text}`, data: {moment: what, atSeconds}}),
        startDeadMan: (seconds) => this.startDeadMan(id, seconds + DEAD_MAN_GRACE_SECONDS),
      })
      value = await recordDrill(ctx, plan, {id, startedAt, outcome})
    } catch (error) {
      this.bus.emit({code: 'run.finished', data: {result: 'failed', error: error instanceof Error ? error.message : String(error)}})
      throw error
    } finally {
      await view.finish()
    }
    this.bus.emit({code: 'run.finished', data: {result: value.verdict === 'held' ? 'ok' : 'failed', durationMs: Math.round(value.durationSeconds * 1000), ...(value.reasons[0] === undefined ? {} : {error: `${value.verdict}: ${value.reasons[0]}`})}})
    return {json: value, text: () => renderDrill(value, this.terminal), exit: this.exitCode(value)}
  }

  private async planned(ctx: Context, plan: DrillPlan, waived: ReadonlyMap<string, string>): Promise<CommandResult> {
    const guards: GuardResult[] = waive(await plan.guards(), waived)
    const startedAt = ctx.clock.now()
    const outcome = {verdict: 'not-started', reasons: [], guards, timeline: [], ttdSeconds: null, detectedBy: null, signalSeconds: null, ttrSeconds: null, users: null, undone: true, left: [], durationSeconds: 0, alerts: []} as const
    const value = await recordDrill(ctx, plan, {id: 'plan', startedAt, outcome: {...outcome, reasons: [], timeline: [], left: [], alerts: []}})
    const blocked = guards.some(({status, waived: why}) => (status === 'fail' || status === 'unknown') && why === undefined)
    return {json: value, text: () => `${renderDrillPlan(announcementOf(plan), this.terminal)}\n${renderDrill(value, this.terminal, {planned: true})}`, exit: blocked ? EXIT.refused : EXIT.ok}
  }

  /** A process of its own that takes the fault back where this one cannot any more. */
  private startDeadMan(id: string, seconds: number): {end(): void} {
    const [, script = ''] = process.argv
    const where = ['--dir', this.global.dir ?? process.cwd(), ...(this.global.env === undefined ? [] : ['--env', this.global.env])]
    return startDetached(process.execPath, [...process.execArgv, script, 'drills', 'undo', '--yes', '--when-due', String(Math.ceil(seconds)), '--id', id, ...where], {cwd: process.cwd(), env: process.env})
  }

  private exitCode({verdict, reasons}: DrillResult): number {
    if (verdict === 'held') return EXIT.ok
    if (verdict === 'not-started') return EXIT.refused
    if (this.interrupts?.stopping() === true && verdict === 'aborted' && reasons.length === 1) return this.interrupts.cause() === 'SIGTERM' ? EXIT.terminated : EXIT.interrupted
    return EXIT.unhealthy
  }
}

function announcementOf({drill, target, fault}: DrillPlan): DrillAnnouncement {
  const {name, title, hypothesis, limitSeconds, runbook, simulated} = drill
  const by = typeof fault === 'string' ? undefined : fault.by
  return {name, title, hypothesis: hypothesis.says, target: typeof target === 'string' ? target : target.title, by, limitSeconds, runbook, simulated: by === 'lab' ? simulated : undefined}
}

function chosenDrill(name: string | undefined, file: string | undefined): Drill {
  if (name !== undefined && file !== undefined) throw new KpError({code: 'USAGE', message: 'give the name of a drill or --file, not both', next: ['kp drills list']})
  if (file !== undefined) return readDrillFile(file, process.cwd())
  if (name === undefined) throw new KpError({code: 'USAGE', message: 'which drill? give its name, or --file FILE', next: ['kp drills list']})
  return readDrill(HOME, name)
}
