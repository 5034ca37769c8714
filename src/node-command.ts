/** What `kp node drain`, `patch` and `replace` share. */
import {Args, Flags} from '@oclif/core'
import {BuildCommand, header} from './build-command.ts'
import type {CommandResult} from './base-command.ts'
import {seconds} from './flags.ts'
import {requireServiceable, workOnNodes} from './operations/nodes/work.ts'
import type {NodeAction, NodeWorkOutcome} from './operations/nodes/work.ts'
import {openSession} from './platform/session.ts'
import {errorBodyOf} from './ui/make-results.ts'
import {renderError} from './ui/render-error.ts'
import {renderNodeWork} from './ui/render-nodes.ts'
import type {NodeWorkResult} from './ui/results.ts'

/** Arguments of the three. */
export const NODE_ARGS = {node: Args.string({description: 'Nodes, one after the other', name: 'NODE…', required: true})}
/** Flags of the three. */
export const NODE_FLAGS = {
  limit: Flags.string({summary: 'How long a node may take to get empty', default: '10m', helpValue: 'DURATION'}),
  'evict-bare': Flags.boolean({summary: 'Also end pods that nobody brings back', default: false}),
}
/** Flags of those that bring it back. */
export const BACK_FLAGS = {...NODE_FLAGS, 'back-limit': Flags.string({summary: 'How long a node may take to come back', default: '15m', helpValue: 'DURATION'})}

interface NodeFlags {
  limit: string
  'evict-bare': boolean
  'back-limit'?: string
}

/** Base of the three. */
export abstract class NodeCommand extends BuildCommand {
  /** Gates, confirmation, work, result. */
  protected async workOn(action: NodeAction, named: string[], flags: NodeFlags): Promise<CommandResult> {
    const nodes = [...new Set(named)]
    const [limitMs, backMs] = [seconds('--limit', flags.limit) * 1000, seconds('--back-limit', flags['back-limit'] ?? '15m') * 1000]
    const runId = this.newRun()
    const command = `kp node ${action} ${nodes.join(' ')}`
    const {ctx, save} = await this.open({runId})
    const {environment, platform} = ctx.spec
    const watch = await this.watchRun(header(platform, environment.name, environment.cluster, ctx.provider.title))
    const session = await openSession({ctx, bus: this.bus, runId, command, redact: (value) => this.redactor.value(value), abort: () => this.interrupts?.abort()})
    try {
      const {evictions} = await requireServiceable(ctx, action, nodes)
      await this.ask({risk: 'disrupts', what: `${action} ${nodes.join(', ')} of ${environment.cluster}: ${evictions} ${evictions === 1 ? 'pod is' : 'pods are'} evicted`, cluster: environment.cluster, protected: environment.protected})
      await watch.show()
      const outcome = await workOnNodes({ctx, action, nodes, limitMs, backMs, evictBare: flags['evict-bare'], command, runId})
      await watch.end()
      const {error} = outcome
      const value: NodeWorkResult = {schema: `kp/node-${action}/v1`, environment: environment.name, cluster: environment.cluster, run: runId, ...parts(outcome)}
      const text = (): string => [renderNodeWork(value, action, this.terminal), ...(error === undefined || outcome.result === 'interrupted' ? [] : [renderError(errorBodyOf(error), this.terminal, this.words())])].join('\n\n')
      return {json: value, text, exit: this.exitOf(outcome)}
    } finally {
      await watch.end()
      await save()
      await session.close()
    }
  }
}

function parts({result, nodes, requests, error}: NodeWorkOutcome): Pick<NodeWorkResult, 'result' | 'nodes' | 'requests' | 'error'> {
  return {result, nodes, requests, ...(error === undefined ? {} : {error: {code: error.code, message: error.message, details: error.details, next: error.next}})}
}
