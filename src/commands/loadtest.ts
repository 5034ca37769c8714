import {Args, Flags} from '@oclif/core'
import type {CommandResult} from '../base-command.ts'
import {EXIT, KpError} from '../engine/errors.ts'
import {OperationCommand} from '../operation-command.ts'
import {LOADTEST_STAGES, prepareLoad, runLoad} from '../operations/loadtest/index.ts'
import {renderLoadtest} from '../ui/render-loadtest.ts'

export default class Loadtest extends OperationCommand {
  static override summary = 'Put load on a host of the platform, and follow its autoscalers'
  static override description = 'From this machine, through the front door as users come in. Requests a second, the latency of 50, 95 and 99 of 100 answers, failures, and the replicas over time. Exit code 1 beyond a limit. Prints events one a line with --json, and the result as the last. Only for hosts of your own platform.'
  static override examples = ['<%= config.bin %> loadtest', '<%= config.bin %> loadtest demo.example.com --connections 50 --duration 2m', '<%= config.bin %> loadtest --rate 200 --max-latency 300 --max-errors 0.1 --yes', "<%= config.bin %> loadtest --yes --json | tail -1 | jq '.latencyMs'"]
  static override args = {host: Args.string({description: 'Host; default that of the demo application', name: 'HOST'})}
  static override flags = {
    path: Flags.string({summary: 'Path to ask for; default that of the route', helpValue: '/PATH'}),
    connections: Flags.integer({summary: 'Users at once', default: 10, min: 1, max: 2000}),
    duration: Flags.string({summary: 'How long', default: '30s', helpValue: '30s'}),
    rate: Flags.integer({summary: 'Requests a second, all together; default as fast as answers come', min: 1, helpValue: 'N'}),
    'max-errors': Flags.string({summary: 'Per cent of requests that may fail', default: '1', helpValue: 'PERCENT'}),
    'max-latency': Flags.integer({summary: 'Milliseconds that 95 of 100 answers may take', min: 1, helpValue: 'MS'}),
  }

  protected async work(): Promise<CommandResult> {
    const {args, flags} = await this.parse(Loadtest)
    this.begin(flags)
    const maxErrors = Number(flags['max-errors'])
    if (!(maxErrors >= 0 && maxErrors <= 100)) throw new KpError({code: 'USAGE', message: `--max-errors ${flags['max-errors']} is no number from 0 to 100`, next: ['run the same command with --help']})
    const order = {host: args.host, path: flags.path, connections: flags.connections, duration: flags.duration, rate: flags.rate, maxErrors, maxP95: flags['max-latency']}
    const value = await this.operate({
      command: 'kp loadtest',
      id: 'loadtest',
      title: 'Load test',
      stages: LOADTEST_STAGES,
      events: true,
      work: async (ctx, begin) => {
        const prepared = await prepareLoad(ctx, order)
        await begin({risk: 'changes', what: `put load on ${prepared.target.host} of ${ctx.spec.environment.cluster} for ${flags.duration}`})
        return runLoad(ctx, prepared, order)
      },
      good: ({ok}) => ok,
    })
    return {json: value, text: () => renderLoadtest(value, this.terminal), exit: value.ok ? EXIT.ok : EXIT.unhealthy}
  }
}
