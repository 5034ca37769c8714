import {readFileSync} from 'node:fs'
import {relative, resolve} from 'node:path'
import {Args, Flags} from '@oclif/core'
import {stringify} from 'yaml'
import {KpCommand, schemaPath} from '../base-command.ts'
import type {CommandResult} from '../base-command.ts'
import {KpError} from '../engine/errors.ts'
import {answersOfFlags, nameByFolder, questionFlags, settingOf, whyNotSaved, wizardLook} from '../init-command.ts'
import {costOfAnswers} from '../operations/cost-class.ts'
import {createPlatform, whyTaken} from '../platform/create.ts'
import {lineAsker} from '../prompts/ask-lines.ts'
import {terminalAsker} from '../prompts/ask-terminal.ts'
import {complete, missingFlags, requireUsable} from '../prompts/given.ts'
import {asPlatformAnswers, compose, questionOfField, type Setting} from '../prompts/interview.ts'
import type {Answers} from '../prompts/questions/types.ts'
import {runWizard, type Agreed, type Asker} from '../prompts/wizard.ts'
import {writeFileAtomic} from '../render/files.ts'
import {lookAtRepository, writeRepository} from '../render/repository.ts'
import {startGit} from '../tools/git.ts'
import {renderInit} from '../ui/render-files.ts'
import type {InitResult} from '../ui/results.ts'
import {shellQuote} from '../ui/text.ts'

export default class Init extends KpCommand {
  static override summary = 'Make a platform repository: kp.yaml and everything rendered from it'
  static override description = 'On a terminal it asks what no flag says, explains each choice, and writes nothing before you agree. --yes, --defaults and --answers ask nothing. The same answers give the same files, in whatever way they are given.'
  static override examples = ['<%= config.bin %> init acme', '<%= config.bin %> init acme --defaults --owner team@example.com --domain example.com', '<%= config.bin %> init acme --save-answers answers.yaml', '<%= config.bin %> init acme --answers answers.yaml']
  static override args = {dir: Args.string({description: 'Folder of the platform; default the current one', name: 'DIR'})}
  static override flags = {
    defaults: Flags.boolean({summary: 'Ask nothing; what no flag says has its default', exclusive: ['answers']}),
    answers: Flags.file({summary: 'Ask nothing; take the fields of this YAML file', exists: true, helpValue: 'FILE'}),
    'save-answers': Flags.string({summary: 'Save the answers to this file, for --answers', helpValue: 'FILE'}),
    git: Flags.boolean({summary: 'Put the folder under Git where it is not', default: true, allowNo: true}),
    ...questionFlags(),
  }

  protected async work(): Promise<CommandResult> {
    const {flags, args} = await this.parse(Init)
    this.begin(flags)
    const setting = settingOf(await this.loadPhases(), flags.answers)
    const given = answersOfFlags(flags)
    requireUsable(given, setting)
    const saving = flags['save-answers']
    const cannotSave = saving === undefined ? undefined : whyNotSaved(saving)
    if (cannotSave !== undefined) throw new KpError({code: 'USAGE', message: `--save-answers: ${cannotSave}`, next: ['name another file; nothing was written']})
    const mayAsk = !flags.defaults && flags.answers === undefined && !this.global.yes
    const named = flags.dir !== undefined || args.dir !== undefined
    let root = resolve(process.cwd(), flags.dir ?? '', args.dir ?? '')
    let agreed: Agreed
    if (mayAsk && this.terminal.interactive) {
      const asker = this.asker()
      root = await this.chooseFolder(asker, root, named)
      agreed = await runWizard({setting, given, folder: nameByFolder(root), asker, look: wizardLook(this.phases, () => root, this.terminal), checkSave: whyNotSaved})
    } else agreed = {answers: this.withoutAsking(given, root, setting, mayAsk)}
    const saveTo = saving ?? agreed.saveTo
    return this.make(root, agreed.answers, setting, {git: flags.git, saveTo})
  }

  private asker(): Asker {
    const io = {input: process.stdin, output: this.global.json ? process.stderr : process.stdout, colour: this.terminal.colour, unicode: this.terminal.unicode}
    return process.env['TERM'] === 'dumb' ? lineAsker(io) : terminalAsker(io)
  }

  /** A folder where a platform can be made; one that cannot be used is asked for again, with the reason. */
  private async chooseFolder(asker: Asker, root: string, named: boolean): Promise<string> {
    const problem = whyTaken(root)
    if (named && problem === undefined) return root
    if (problem !== undefined) asker.say(`${problem}.\n`)
    const shown = relative(process.cwd(), root) || '.'
    const typed = await asker.type('Folder of the platform', problem === undefined ? shown : '', (text) => (text.trim() === '' ? 'must be a path' : whyTaken(resolve(process.cwd(), text.trim()))))
    return resolve(process.cwd(), typed.trim())
  }

  private withoutAsking(given: Answers, root: string, setting: Setting, mayAsk: boolean): Answers {
    const {answers, missing} = complete(given, nameByFolder(root), setting)
    if (missing.length > 0) throw missingFlags(missing)
    if (!mayAsk) return answers
    const open = Object.keys(answers).filter((id) => id !== 'folder' && given[id] === undefined)
    throw new KpError({
      code: 'NO_TERMINAL',
      message: 'there is no terminal to ask on: --yes takes what kp proposes for what no flag says',
      details: open.map((id) => `--${id}`),
      next: ['kp init DIR --yes', 'kp init DIR --answers FILE', 'kp init --help'],
    })
  }

  private async make(root: string, answers: Answers, setting: Setting, options: {git: boolean; saveTo: string | undefined}): Promise<CommandResult> {
    const platform = asPlatformAnswers(compose(answers, setting))
    await createPlatform(root, platform, readFileSync(schemaPath('kp.yaml.schema.json'), 'utf8'), (field) => questionOfField(field)?.id)
    if (options.git) await startGit(root, process.env)
    this.global = {...this.global, dir: root, env: undefined}
    const {ctx} = await this.open({anyEnvironment: true})
    const look = await lookAtRepository(ctx)
    const written = await writeRepository(ctx, look, {force: false})
    if (options.saveTo !== undefined) await writeFileAtomic(resolve(process.cwd(), options.saveTo), `# Answers for kp init --answers\n${stringify(platform, {lineWidth: 0})}`)
    const shown = relative(process.cwd(), root) || '.'
    const cost = costOfAnswers(platform)
    const value: InitResult = {
      schema: 'kp/init/v1',
      name: platform.name,
      provider: ctx.provider.id,
      environments: ctx.environments.map((spec) => spec.environment.name),
      directory: root,
      cost: {class: cost.class, low: cost.low, high: cost.high, monthly: cost.monthly},
      written: ['kp.yaml', ...written],
      unchanged: look.files.length - look.changes.length,
      removed: [],
      ...(options.saveTo === undefined ? {} : {answers: options.saveTo}),
      next: [...(shown === '.' ? [] : [`cd ${shellQuote(shown)}`]), ...['kp plan', 'kp up'].map((command) => (ctx.environments.length > 1 ? `${command} --env ${ctx.spec.environment.name}` : command))],
    }
    return {json: value, text: () => renderInit(value, this.terminal)}
  }
}
