import {resolve} from 'node:path'
import {Flags} from '@oclif/core'
import {KpCommand} from '../../base-command.ts'
import type {CommandResult} from '../../base-command.ts'
import {generateSlos} from '../../operations/slo.ts'
import {writeFileAtomic} from '../../render/files.ts'
import {renderSloFile} from '../../ui/render-slo.ts'

export default class SloGenerate extends KpCommand {
  static override summary = 'Print the rules of the objectives as plain Prometheus rules'
  static override description = 'For a Prometheus without the operator, or to look at. The platform itself gets them from kp up.'
  static override examples = ['<%= config.bin %> slo generate', '<%= config.bin %> slo generate --out rules.yaml', '<%= config.bin %> slo generate > rules.yaml']
  static override flags = {out: Flags.string({summary: 'File to write instead', helpValue: 'FILE'})}

  protected async work(): Promise<CommandResult> {
    const {flags} = await this.parse(SloGenerate)
    this.begin(flags)
    const {ctx, save} = await this.open()
    const {text, result} = generateSlos(ctx)
    await save()
    if (flags.out === undefined) return {json: result, text: () => text}
    const file = resolve(flags.out)
    await writeFileAtomic(file, text)
    const value = {...result, file}
    return {json: value, text: () => renderSloFile(value, this.terminal)}
  }
}
