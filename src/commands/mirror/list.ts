import {Flags} from '@oclif/core'
import {KpCommand} from '../../base-command.ts'
import type {CommandResult} from '../../base-command.ts'
import {mirrorListOf} from '../../operations/mirror-list.ts'
import {chartLines, imageLines, renderMirrorList} from '../../ui/render-mirror.ts'

const OUTPUTS = ['table', 'images', 'charts', 'json'] as const

export default class MirrorList extends KpCommand {
  static override summary = 'List the charts and images that an air-gapped mirror must hold'
  static override description = 'Of the phases that kp.yaml has switched on, with its versions and choices. Asks neither the cluster nor a registry. --output images prints one "source target" pair a line, --output charts the arguments of helm pull.'
  static override examples = ['<%= config.bin %> mirror list', '<%= config.bin %> mirror list --output images | while read -r from to; do crane copy "$from" "$to"; done', '<%= config.bin %> mirror list --output charts | while read -r chart; do helm pull $chart; done']
  static override flags = {output: Flags.option({summary: 'Format', options: OUTPUTS, default: 'table' as (typeof OUTPUTS)[number]})()}

  protected async work(): Promise<CommandResult> {
    const {flags} = await this.parse(MirrorList)
    this.begin(flags)
    const {ctx, save} = await this.open()
    const value = mirrorListOf(ctx)
    await save()
    const texts = {table: () => renderMirrorList(value, this.terminal), images: () => imageLines(value), charts: () => chartLines(value), json: () => JSON.stringify(value)}
    return {json: value, text: texts[flags.output]}
  }
}
