import {dirname, join, resolve} from 'node:path'
import {mkdirSync} from 'node:fs'
import {Args, Flags} from '@oclif/core'
import {KpCommand} from '../base-command.ts'
import type {CommandResult} from '../base-command.ts'
import {costLines} from '../operations/cost-class.ts'
import {doraOf} from '../operations/dora.ts'
import {reportDrills} from '../operations/drill/list.ts'
import {reportFile, reportOf} from '../operations/report.ts'
import {guardCluster} from '../platform/session.ts'
import {writeFileAtomic} from '../render/files.ts'
import {renderDora} from '../ui/render-dora.ts'
import {renderDrillsPage} from '../ui/render-drill-page.ts'
import {renderReport, verdictOf} from '../ui/render-report.ts'
import type {ReportWords} from '../ui/render-report.ts'
import {nextLines} from '../ui/render-common.ts'
import {wrap} from '../ui/text.ts'
import {earlierResult, verifyOnce} from '../verify-command.ts'

export default class Report extends KpCommand {
  static override summary = 'Write a report of the platform and a run as one HTML page'
  static override description = 'Timeline, checks, known failures, topology, versions and cost, in one file that loads nothing from elsewhere: for a mail, a ticket, a printer. Runs every check where there is a cluster; changes nothing in it.'
  static override examples = ['<%= config.bin %> report', '<%= config.bin %> report 20261121T081500Z-3f9a --output report.html', '<%= config.bin %> report --no-verify --output - > report.html', '<%= config.bin %> report --dora --since 90d', '<%= config.bin %> report --drills']
  static override args = {run: Args.string({description: 'Run, as kp history lists it; default the last that built something', name: 'RUN'})}
  static override flags = {
    output: Flags.string({summary: 'File; - is standard output; default .kp/reports/<run>.html', helpValue: 'FILE'}),
    verify: Flags.boolean({summary: 'Run the checks now', default: true, allowNo: true}),
    dora: Flags.boolean({summary: 'Instead: how often, how fast and how well changes reach the cluster'}),
    since: Flags.string({summary: 'With --dora: how far back', default: '30d', helpValue: '30d', dependsOn: ['dora']}),
    drills: Flags.boolean({summary: 'Instead: what the drills measured', exclusive: ['dora']}),
  }

  protected async work(): Promise<CommandResult> {
    const {args, flags} = await this.parse(Report)
    this.begin(flags)
    if (flags.dora) return this.dora(flags.since)
    if (flags.drills) return this.drillsPage(flags.output)
    return this.withPlatform(async (opened) => {
      const {ctx} = opened
      const present = (await ctx.presence()).state === 'running'
      if (present) await guardCluster(ctx)
      const gathered = await reportOf(ctx, {run: args.run, verify: flags.verify && present ? () => verifyOnce(opened, this.terminal) : undefined, resultOf: (reports) => earlierResult(ctx, reports)})
      const written = flags.output !== '-'
      const file = written ? resolve(flags.output ?? reportFile(ctx, gathered.run?.run)) : null
      const report = {...gathered, file}
      const page = this.redactor.text(renderReport(report, this.reportWords(costLines(report.cost, report.provider))))
      if (file !== null) {
        mkdirSync(dirname(file), {recursive: true, mode: 0o700})
        await writeFileAtomic(file, page)
      }
      const told = (): string => [...wrap(verdictOf(report), this.terminal.columns), '', ...wrap(`The report is in ${file ?? ''}`, this.terminal.columns), '', ...nextLines(['open it in a browser, print it or send it: it is one file'], this.terminal)].join('\n')
      return {json: report, text: written ? told : () => page}
    })
  }

  /** Deployment frequency, lead time, change failures, time to restore. */
  private dora(since: string): Promise<CommandResult> {
    return this.withPlatform(async ({ctx}) => {
      if ((await ctx.presence()).state === 'running') await guardCluster(ctx)
      const value = await doraOf(ctx, since)
      return {json: value, text: () => renderDora(value, this.terminal)}
    })
  }

  /** What the drills of the environment measured, as a page. */
  private async drillsPage(output: string | undefined): Promise<CommandResult> {
    const {ctx} = await this.open()
    const value = reportDrills(ctx)
    const page = this.redactor.text(renderDrillsPage(value, {platform: ctx.spec.platform, cluster: ctx.spec.environment.cluster}))
    if (output === '-') return {json: value, text: () => page}
    const file = resolve(output ?? join(ctx.paths.state, 'reports', `drills-${ctx.spec.environment.name}.html`))
    mkdirSync(dirname(file), {recursive: true, mode: 0o700})
    await writeFileAtomic(file, page)
    return {json: value, text: () => [...wrap(`The report is in ${file}`, this.terminal.columns), '', ...nextLines(['open it in a browser, print it or send it: it is one file'], this.terminal)].join('\n')}
  }

  private reportWords(cost: string[]): ReportWords {
    const pitfalls = new Map(this.phases.flatMap((phase) => phase.pitfalls.map((pitfall) => [pitfall.code, pitfall])))
    const titles = new Map(this.phases.map((phase) => [phase.id, phase.title]))
    return {pitfall: (code) => pitfalls.get(code), phaseTitle: (id) => titles.get(id) ?? id, cost}
  }
}
