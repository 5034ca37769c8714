import {mkdirSync} from 'node:fs'
import {dirname, resolve} from 'node:path'
import {Flags} from '@oclif/core'
import {KpCommand} from '../base-command.ts'
import type {CommandResult} from '../base-command.ts'
import {reportOf} from '../operations/report.ts'
import {makeBundle} from '../operations/support/bundle.ts'
import {collect} from '../operations/support/collect.ts'
import {writeFileAtomic} from '../render/files.ts'
import {renderSupportBundle} from '../ui/render-support.ts'
import type {SupportBundleResult} from '../ui/results.ts'
import {earlierResult, verifyOnce} from '../verify-command.ts'

export default class SupportBundle extends KpCommand {
  static override summary = 'Pack versions, journals, checks, events and logs for whoever helps; no secrets'
  static override description = 'Reads only. Known secrets, and what looks like one, are taken out of every file. Look into the archive before you send it.'
  static override examples = ['<%= config.bin %> support-bundle', '<%= config.bin %> support-bundle --output /tmp/kp-support.tar.gz --lines 500', '<%= config.bin %> support-bundle --json']
  static override flags = {
    output: Flags.string({summary: 'File; default kp-support-<cluster>-<time>.tar.gz here', helpValue: 'FILE'}),
    runs: Flags.integer({summary: 'How many runs', default: 5, min: 0}),
    lines: Flags.integer({summary: 'Lines of each log', default: 200, min: 1, max: 10_000}),
  }

  protected async work(): Promise<CommandResult> {
    const {flags} = await this.parse(SupportBundle)
    this.begin(flags)
    return this.withPlatform(async (opened) => {
      const {ctx} = opened
      await this.learnSecrets(ctx)
      const collection = await collect(ctx, {
        runs: flags.runs,
        lines: flags.lines,
        verify: () => verifyOnce(opened, this.terminal),
        report: (checks) => reportOf(ctx, {run: undefined, verify: checks === undefined ? undefined : () => Promise.resolve(checks), resultOf: (reports) => earlierResult(ctx, reports)}),
      })
      const {platform, environment} = ctx.spec
      const time = ctx.clock.now()
      const {archive, files} = makeBundle(collection, {platform, environment: environment.name, cluster: environment.cluster, kp: ctx.version, time}, this.redactor)
      const stamp = new Date(time).toISOString().replaceAll(/[-:]|\.\d+/g, '')
      const file = resolve(flags.output ?? `kp-support-${environment.cluster}-${stamp}.tar.gz`)
      mkdirSync(dirname(file), {recursive: true})
      await writeFileAtomic(file, archive, 0o600)
      const value: SupportBundleResult = {schema: 'kp/support-bundle/v1', environment: environment.name, cluster: environment.cluster, file, bytes: archive.length, files, missing: collection.missing}
      return {json: value, text: () => renderSupportBundle(value, this.terminal)}
    })
  }

  /** Reads every secret that can be read here, so that it is known where it must not be. */
  private async learnSecrets(ctx: {spec: {secrets: Record<string, unknown>}; secret(name: string): Promise<{value: string} | {reason: string}>}): Promise<void> {
    for (const name of Object.keys(ctx.spec.secrets)) {
      const found = await ctx.secret(name)
      if ('value' in found) this.redactor.add([found.value])
    }
  }
}
