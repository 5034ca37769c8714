import {Flags} from '@oclif/core'
import {BuildCommand, header} from '../build-command.ts'
import type {CommandResult} from '../base-command.ts'
import {EXIT, KpError} from '../engine/errors.ts'
import type {UpgradePlan} from '../operations/upgrade/plan.ts'
import {planUpgrade} from '../operations/upgrade/plan.ts'
import type {UpgradeRequest} from '../operations/upgrade/plan.ts'
import {requireWaivers} from '../operations/upgrade/gates/index.ts'
import {bringControlPlaneBack, refusal, runUpgrade} from '../operations/upgrade/run.ts'
import type {UpgradeOutcome} from '../operations/upgrade/run.ts'
import {lossBudgetOf} from '../operations/upgrade/loss.ts'
import type {Wanted} from '../operations/upgrade/versions.ts'
import {guardCluster, openSession} from '../platform/session.ts'
import {seconds} from '../flags.ts'
import {errorBodyOf} from '../ui/make-results.ts'
import {renderError} from '../ui/render-error.ts'
import {renderUpgrade, renderUpgradePlan} from '../ui/render-upgrade.ts'
import type {UpgradePlanResult, UpgradeResult} from '../ui/results.ts'
import {count, shellQuote} from '../ui/text.ts'

export default class Upgrade extends BuildCommand {
  static override summary = 'Upgrade Kubernetes behind gates, node by node, measured from outside'
  static override description = 'Asks every gate first (removed APIs, components, a simulated drain of every node, a backup that was proven, alerts and more): what fails or cannot be seen refuses (exit 7). Where no backup is proven, --yes makes and proves one first. Then the control plane, what goes with the minor, and the nodes: one first, then zone by zone. --plan changes nothing. One that was cut off goes on at the node where it was.'
  static override examples = [
    '<%= config.bin %> upgrade --minor --plan',
    '<%= config.bin %> upgrade --minor',
    '<%= config.bin %> upgrade --to 1.36 --yes --confirm acme-prod --max-unavailable 2',
    '<%= config.bin %> upgrade --patch --waive backup --reason "a test cluster"',
    '<%= config.bin %> upgrade --addons',
  ]
  static override flags = {
    minor: Flags.boolean({summary: 'To the next minor', exclusive: ['patch', 'to', 'addons']}),
    patch: Flags.boolean({summary: 'To the newest patch of this minor', exclusive: ['minor', 'to', 'addons']}),
    to: Flags.string({summary: 'To this version', helpValue: 'VERSION', exclusive: ['minor', 'patch', 'addons']}),
    addons: Flags.boolean({summary: 'Only the components, to what the catalog has for this minor', exclusive: ['minor', 'patch', 'to']}),
    plan: Flags.boolean({summary: 'Show gates, drains and order; change nothing'}),
    'max-unavailable': Flags.string({summary: 'Most nodes that are away at once: a number or a percentage', default: '1', helpValue: 'N'}),
    soak: Flags.string({summary: 'How long the first node is watched before the others', default: '60s', helpValue: 'DURATION'}),
    'drain-limit': Flags.string({summary: 'How long a node may take to get empty', default: '10m', helpValue: 'DURATION'}),
    'max-lost': Flags.string({summary: 'Stop where users lose more of their requests', default: '1%', helpValue: 'PERCENT'}),
    'max-gap': Flags.string({summary: 'Stop where nobody gets a good answer for longer', default: '10s', helpValue: 'DURATION'}),
    waive: Flags.string({summary: 'Pass over this gate; the reason is journalled', multiple: true, delimiter: ',', helpValue: 'GATE'}),
    reason: Flags.string({summary: 'Why it is safe', helpValue: 'TEXT'}),
  }

  protected async work(): Promise<CommandResult> {
    const {flags} = await this.parse(Upgrade)
    this.begin(flags)
    const request: UpgradeRequest = {
      wanted: wantedOf(flags),
      maxUnavailable: flags['max-unavailable'],
      soakSeconds: seconds('--soak', flags.soak),
      waivers: requireWaivers(flags.waive ?? [], flags.reason),
      agreed: this.global.yes,
    }
    const limits = {drainLimitMs: seconds('--drain-limit', flags['drain-limit']) * 1000, loss: lossBudgetOf(flags['max-lost'], seconds('--max-gap', flags['max-gap']))}
    return flags.plan ? this.show(request) : this.upgrade(request, limits)
  }

  private async show(request: UpgradeRequest): Promise<CommandResult> {
    return this.withPlatform(async ({ctx}) => {
      await guardCluster(ctx)
      const plan = await planUpgrade(ctx, request)
      const value: UpgradePlanResult = {schema: 'kp/upgrade-plan/v1', ...planned(ctx.spec.environment, plan)}
      return {json: value, text: () => renderUpgradePlan(value, this.terminal), exit: plan.allowed || !plan.needed ? EXIT.ok : EXIT.refused}
    })
  }

  private async upgrade(request: UpgradeRequest, limits: Pick<Parameters<typeof runUpgrade>[0], 'drainLimitMs' | 'loss'>): Promise<CommandResult> {
    const [runId, started] = [this.newRun(), Date.now()]
    const command = `kp upgrade ${describe(request.wanted)}`
    const {ctx, save} = await this.open({runId, mayInstall: true})
    const {environment, platform} = ctx.spec
    const watch = await this.watchRun(header(platform, environment.name, environment.cluster, ctx.provider.title))
    const session = await openSession({ctx, bus: this.bus, runId, command, redact: (value) => this.redactor.value(value), abort: () => this.interrupts?.abort(), before: () => bringControlPlaneBack(ctx)})
    try {
      await session.holdCluster()
      const plan = await planUpgrade(ctx, request)
      const base = planned(environment, plan)
      if (!plan.needed) return this.resultOf({...NOTHING, ...base, result: 'nothing-to-do', durationMs: Date.now() - started}, EXIT.ok)
      // In a terminal the question is about the backup too.
      const refused = refusal(plan, {agreed: this.global.yes || this.terminal.interactive})
      if (refused !== undefined) return this.resultOf({...NOTHING, ...base, result: 'refused', durationMs: Date.now() - started, error: {code: 'GATE', message: `the upgrade to ${plan.target.to} is refused by ${refused.gates.length} ${refused.gates.length === 1 ? 'gate' : 'gates'}`, details: refused.gates, next: refused.next}}, EXIT.refused)
      await this.stopLooking()
      if (!this.global.json && !this.global.yes) await this.print(`${renderUpgradePlan({...base}, this.terminal)}\n\n`)
      await this.ask({risk: 'disrupts', what: question(environment.cluster, plan), cluster: environment.cluster, protected: environment.protected})
      await watch.show()
      const outcome = await runUpgrade({ctx, plan, command, runId, session, soakSeconds: request.soakSeconds, ...limits, reopen: async () => (await this.open({runId, mayInstall: true})).ctx})
      await watch.end()
      return this.resultOf({...base, schema: 'kp/upgrade/v1', run: runId, ...parts(outcome), durationMs: Date.now() - started}, this.exitOf(outcome), outcome)
    } finally {
      await watch.end()
      await save()
      await session.close()
    }
  }

  private resultOf(value: UpgradeResult, exit: number, outcome?: UpgradeOutcome): CommandResult {
    const error = outcome?.error
    const text = (): string => [renderUpgrade(value, this.terminal, ['kp upgrade', ...this.argv.map(shellQuote)].join(' ')), ...(error === undefined || value.result === 'interrupted' ? [] : [renderError(errorBodyOf(error), this.terminal, this.words())])].join('\n\n')
    return {json: value, text, exit}
  }
}

function question(cluster: string, {target, backupFirst, waves}: UpgradePlan): string {
  const nodes = waves.flatMap((wave) => wave.nodes).length
  const emptied = nodes === 0 ? '' : `${backupFirst === undefined ? ': ' : ', then '}${count(nodes, 'node')} ${nodes === 1 ? 'is' : 'are'} emptied${nodes === 1 ? '' : ', wave after wave'}`
  return `${target.from === target.to ? `finish the upgrade of ${cluster} to ${target.to}` : `upgrade ${cluster} from ${target.from} to ${target.to}`}${backupFirst === undefined ? '' : ': a backup first'}${emptied}`
}

const NOTHING: Pick<UpgradeResult, 'schema' | 'run' | 'nodes' | 'requests' | 'objects'> = {schema: 'kp/upgrade/v1', run: null, nodes: [], requests: null, objects: null}

function parts({result, error, nodes, requests, objects}: UpgradeOutcome): Pick<UpgradeResult, 'result' | 'nodes' | 'requests' | 'objects' | 'error'> {
  return {result, nodes, requests, objects, ...(error === undefined ? {} : {error: {code: error.code, message: error.message, details: error.details, next: error.next}})}
}

function planned({name, cluster}: {name: string; cluster: string}, {target, needed, allowed, gates, drain, addons, order, notes}: UpgradePlan): Omit<UpgradePlanResult, 'schema'> {
  return {environment: name, cluster, from: target.from, to: target.to, needed, allowed, gates: gates.map((gate) => ({...gate, problems: gate.problems ?? []})), drain, addons, order, notes}
}

function wantedOf({minor, patch, to, addons}: {minor?: boolean; patch?: boolean; to?: string | undefined; addons?: boolean}): Wanted {
  if (to !== undefined) return {kind: 'to', version: to}
  if (minor === true) return {kind: 'minor'}
  if (patch === true) return {kind: 'patch'}
  if (addons === true) return {kind: 'addons'}
  throw new KpError({code: 'USAGE', message: 'say where to: --minor, --patch, --to VERSION or --addons', next: ['kp upgrade --minor --plan']})
}

function describe(wanted: Wanted): string {
  return wanted.kind === 'to' ? `--to ${wanted.version}` : `--${wanted.kind}`
}
