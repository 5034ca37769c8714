import {Flags} from '@oclif/core'
import {BuildCommand, header} from '../../build-command.ts'
import type {CommandResult} from '../../base-command.ts'
import {isAlive} from '../../engine/processes.ts'
import {drillFolder, openDrillMemory} from '../../operations/drill/memory.ts'
import {leftDrill, settleDrill, takeBack} from '../../operations/drill/settle.ts'
import type {SettledDrill} from '../../operations/drill/settle.ts'
import type {OpenedPlatform} from '../../platform/open.ts'
import {openSession} from '../../platform/session.ts'
import {renderDrillsUndo} from '../../ui/render-drill.ts'
import type {DrillsUndoResult} from '../../ui/results.ts'

const LOOK_MS = 1000

export default class DrillsUndo extends BuildCommand {
  static override summary = 'Take back what a drill left whose kp was ended'
  static override description = 'Every kp that changes something does the same first. Safe to run again; what somebody else has changed since is left alone.'
  static override examples = ['<%= config.bin %> drills undo', '<%= config.bin %> drills undo --yes']
  static override flags = {
    'when-due': Flags.integer({summary: 'Wait so many seconds, and then do it where the drill is still there', hidden: true, min: 1, dependsOn: ['id']}),
    id: Flags.string({summary: 'The run of the drill', hidden: true}),
  }

  protected async work(): Promise<CommandResult> {
    const {flags} = await this.parse(DrillsUndo)
    this.begin(flags)
    const runId = this.newRun()
    const opened = await this.open({runId})
    const {ctx} = opened
    const {environment, platform} = ctx.spec
    if (flags['when-due'] !== undefined) return this.tell(await this.deadMan(opened, {id: flags.id ?? '', seconds: flags['when-due'], runId}))
    const active = leftDrill(ctx)
    if (active === undefined) return this.tell(undefined)
    if (!this.global.json) await this.print(header(platform, environment.name, environment.cluster, ctx.provider.title))
    // To heal needs no name typed.
    await this.ask({risk: 'changes', what: `take back the drill ${active.drill} (${active.target}) in ${environment.cluster}`, cluster: environment.cluster, protected: false})
    this.showLooking()
    return this.tell(await this.settle(opened, runId))
  }

  private async settle({ctx}: OpenedPlatform, runId: string): Promise<SettledDrill | undefined> {
    let settled: SettledDrill | undefined
    const own = {...ctx, settle: async () => void (settled ??= await settleDrill(ctx))}
    const session = await openSession({ctx: own, bus: this.bus, runId, command: 'kp drills undo', redact: (value) => this.redactor.value(value), abort: () => this.interrupts?.abort()})
    await session.close()
    return settled
  }

  /** The dead-man of a drill: waits on a clock that never jumps, and acts where nobody else did. */
  private async deadMan(opened: OpenedPlatform, {id, seconds, runId}: {id: string; seconds: number; runId: string}): Promise<SettledDrill | undefined> {
    const {ctx} = opened
    const memory = openDrillMemory(drillFolder(ctx))
    const until = performance.now() + seconds * 1000
    while (performance.now() < until) {
      // The drill wrote itself down before it started its dead-man.
      if (memory.read()?.id !== id || ctx.stopping()) return undefined
      await ctx.clock.sleep(LOOK_MS, ctx.signal)
    }
    const active = memory.read()
    if (active?.id !== id) return undefined
    // Its process may hang: then the lock is its own for ever, and the fault would stay, too.
    return isAlive(active.owner) === true ? takeBack(ctx, active) : this.settle(opened, runId)
  }

  private tell(settled: SettledDrill | undefined): CommandResult {
    const value: DrillsUndoResult = {schema: 'kp/drills-undo/v1', drill: settled?.active.drill ?? null, target: settled?.active.target ?? null, done: settled?.done ?? [], left: settled?.left ?? []}
    return {json: value, text: () => renderDrillsUndo(value, this.terminal)}
  }
}
