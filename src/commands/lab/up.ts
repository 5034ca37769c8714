import {Args, Flags} from '@oclif/core'
import {KpCommand} from '../../base-command.ts'
import type {CommandResult} from '../../base-command.ts'
import {KpError} from '../../engine/errors.ts'
import {labFact} from '../../operations/labs.ts'
import {DEFAULT_MINOR, openToolbox} from '../../platform/toolbox.ts'
import {findTool, KUBERNETES_MINORS, labTools} from '../../tools/toolchain/catalog.ts'
import {eventLine} from '../../ui/json.ts'
import {progressLine} from '../../ui/progress.ts'
import {renderLabUp} from '../../ui/render-lab.ts'
import type {LabUpResult} from '../../ui/results.ts'

export default class LabUp extends KpCommand {
  static override summary = 'Start a lab without a platform: a real control plane, simulated nodes'
  static override examples = ['<%= config.bin %> lab up', '<%= config.bin %> lab up second --kubernetes-version 1.36']
  static override args = {name: Args.string({description: 'Name of the lab', default: 'lab', name: 'NAME'})}
  static override flags = {
    'kubernetes-version': Flags.option({summary: 'Minor version of Kubernetes', options: KUBERNETES_MINORS, default: DEFAULT_MINOR})(),
    webhooks: Flags.boolean({summary: 'Let the API server call admission webhooks; in a lab nobody answers them'}),
  }

  protected async work(): Promise<CommandResult> {
    const {flags, args, metadata} = await this.parse(LabUp)
    this.begin(flags)
    const {signal} = this.watch()
    if (flags.json) this.bus.listen((event) => this.terminal.stdout.write(`${eventLine(this.redactor.value(event))}\n`))
    const toolbox = openToolbox({env: process.env, emit: this.bus.emit, redact: (text) => this.redactor.text(text), signal})
    const started = Date.now()
    const before = await toolbox.labs.status(args.name)
    const minor = flags['kubernetes-version']
    const chosen = metadata.flags['kubernetes-version']?.setFromDefault !== true
    const runs = before.kubernetesVersion?.replace(/^v/, '')
    if (chosen && runs !== undefined && !runs.startsWith(`${minor}.`)) {
      throw new KpError({code: 'GATE', message: `the lab ${args.name} is there already, with Kubernetes ${runs}: its version does not change`, next: [`kp lab up ANOTHER-NAME --kubernetes-version ${minor}`, `kp lab down ${args.name}, to end it`]})
    }
    let repaired = false
    const progress = progressLine(this.terminal, flags.json)
    try {
      for (const tool of [...labTools(minor), ...[findTool('helm')].filter((one) => one !== undefined)]) {
        await toolbox.install(tool, ({tool: name, version, phase, percent, line}) => progress.show(`${name} ${version}: ${phase === 'wait' ? line : phase}`, percent))
      }
      const known = before.state === 'stopped' || before.state === 'degraded' || before.state === 'running'
      if (known) repaired = (await toolbox.labs.start(args.name, {progress: (line) => progress.show(line), signal})).repaired === true
      else await toolbox.labs.create({name: args.name, kubernetesMinor: minor, podCidr: '10.244.0.0/16', serviceCidr: '10.96.0.0/12', webhooks: flags.webhooks}, {progress: (line) => progress.show(line), signal})
    } finally {
      progress.end()
    }
    const value: LabUpResult = {schema: 'kp/lab-up/v1', result: 'ok', created: before.state === 'absent' || before.state === 'incomplete', repaired, durationMs: Date.now() - started, lab: labFact(await toolbox.labs.status(args.name))}
    return {json: value, text: () => renderLabUp(value, this.terminal)}
  }
}
