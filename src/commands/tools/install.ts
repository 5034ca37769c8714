import {Flags} from '@oclif/core'
import {KpCommand} from '../../base-command.ts'
import type {CommandResult} from '../../base-command.ts'
import {listTools} from '../../operations/tools.ts'
import {openToolbox, pinnedTools} from '../../platform/toolbox.ts'
import {renderTools} from '../../ui/render-doctor.ts'
import {progressLine} from '../../ui/progress.ts'

export default class ToolsInstall extends KpCommand {
  static override summary = "Bring the pinned tools into kp's own cache"
  static override description = 'Downloads what can be reached, checked by SHA-256, and builds the rest with Go. What is there already is left alone.'
  static override examples = ['<%= config.bin %> tools install', '<%= config.bin %> tools install --all']
  static override flags = {all: Flags.boolean({summary: 'Every version of Kubernetes that the lab offers'})}

  protected async work(): Promise<CommandResult> {
    const {flags} = await this.parse(ToolsInstall)
    this.begin(flags)
    const toolbox = openToolbox({env: process.env, emit: this.bus.emit, redact: (text) => this.redactor.text(text), signal: this.watch().signal})
    const progress = progressLine(this.terminal, flags.json)
    const before = await listTools(toolbox)
    try {
      for (const tool of pinnedTools(flags.all)) {
        await toolbox.install(tool, ({tool: name, version, phase, percent, line}) => progress.show(`${name} ${version}: ${phase === 'wait' ? line : phase}`, percent))
      }
    } finally {
      progress.end()
    }
    const installed = new Set(before.tools.filter((tool) => tool.state !== 'ok').map((tool) => tool.name))
    const value = await listTools(toolbox, installed)
    return {json: value, text: () => renderTools(value, this.terminal)}
  }
}
