import {readFileSync} from 'node:fs'
import {Args, Flags} from '@oclif/core'
import type {CommandResult} from '../../base-command.ts'
import {BuildCommand, header} from '../../build-command.ts'
import {KpError} from '../../engine/errors.ts'
import type {EnforcePlan} from '../../operations/policy.ts'
import {planEnforce, withEnforced} from '../../operations/policy.ts'
import {build} from '../../operations/up.ts'
import type {OpenedPlatform} from '../../platform/open.ts'
import {guardCluster, openSession} from '../../platform/session.ts'
import {writeFileAtomic} from '../../render/files.ts'
import type {PolicyEnforceResult} from '../../ui/results.ts'
import {renderPolicyEnforce} from '../../ui/render-policy.ts'

/** Steps of phase security run one after the other. */
const PARALLEL = 1

export default class PolicyEnforce extends BuildCommand {
  static override summary = 'Let policies refuse in a namespace where they only reported'
  static override description = 'Not where something that runs would be blocked: its workloads are named (exit 7). Adds the namespace to phases.security.enforceNamespaces of kp.yaml and brings the policies. --revert goes back to reporting.'
  static override examples = ['<%= config.bin %> policy enforce shop', '<%= config.bin %> policy enforce shop --dry-run', '<%= config.bin %> policy enforce shop --yes --confirm acme-prod', '<%= config.bin %> policy enforce shop --revert']
  static override args = {namespace: Args.string({description: 'Where policies are to refuse', name: 'NAMESPACE', required: true})}
  static override flags = {
    revert: Flags.boolean({summary: 'Let them only report there again'}),
    'dry-run': Flags.boolean({summary: 'Only say whether it could be done'}),
  }

  protected async work(): Promise<CommandResult> {
    const {flags, args} = await this.parse(PolicyEnforce)
    this.begin(flags)
    const {namespace} = args
    const [revert, dryRun] = [flags.revert ?? false, flags['dry-run'] ?? false]
    const opened = await this.open()
    const {ctx} = opened
    this.showLooking()
    await guardCluster(ctx)
    const plan = await planEnforce(ctx, namespace, revert)
    await opened.save()
    const {name: environment, cluster, protected: guarded} = ctx.spec.environment
    const value = (changed: boolean, run: string | null): PolicyEnforceResult => ({
      schema: 'kp/policy-enforce/v1', environment, cluster, namespace, mode: revert ? 'audit' : 'enforce', changed, dryRun, enforceNamespaces: plan.namespaces, run,
    })
    if (!plan.changed || dryRun) return this.resultOf(value(plan.changed, null))
    if (!this.global.json) await this.print(header(ctx.spec.platform, environment, cluster, ctx.provider.title))
    await this.ask({risk: 'disrupts', what: revert ? `policies of ${cluster} only report in ${namespace} again` : `policies of ${cluster} refuse in ${namespace}`, cluster, protected: guarded})
    await this.writeDown(opened, plan)
    const run = await this.bring(`kp policy enforce ${namespace}${revert ? ' --revert' : ''}`)
    return this.resultOf(value(true, run))
  }

  private resultOf(value: PolicyEnforceResult): CommandResult {
    return {json: value, text: () => renderPolicyEnforce(value, this.terminal)}
  }

  /** kp.yaml says what is wanted: it is changed first, and what fails after that is done by the next `kp step security`. */
  private async writeDown({ctx, loaded}: OpenedPlatform, plan: EnforcePlan): Promise<void> {
    const text = readFileSync(loaded.path, 'utf8')
    if (text !== loaded.text) throw new KpError({code: 'GATE', message: 'kp.yaml was changed while kp was at work: nothing was done', next: ['run the same command again']})
    await writeFileAtomic(loaded.path, withEnforced(loaded, ctx.spec.environment.name, plan.namespaces))
  }

  /** Brings what kp.yaml says now. */
  private async bring(command: string): Promise<string> {
    const runId = this.newRun()
    const {ctx, save} = await this.open({runId})
    const session = await openSession({ctx, bus: this.bus, runId, command, redact: (one) => this.redactor.value(one), abort: () => this.interrupts?.abort()})
    try {
      const {error} = await build({ctx, phases: ctx.phases.filter(({id}) => id === 'security'), parallel: PARALLEL, command, runId, session, confirm: () => Promise.resolve(), beforeRun: () => Promise.resolve()})
      if (error !== undefined) throw error
    } finally {
      await save()
      await session.close()
    }
    return runId
  }
}
