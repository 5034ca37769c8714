import {readFileSync} from 'node:fs'
import {basename, relative, resolve} from 'node:path'
import {Args, Flags} from '@oclif/core'
import {parse} from 'yaml'
import {KpCommand, schemaPath} from '../base-command.ts'
import type {CommandResult} from '../base-command.ts'
import {KpError} from '../engine/errors.ts'
import {createPlatform} from '../platform/create.ts'
import {lookAtRepository, writeRepository} from '../render/repository.ts'
import type {PlatformAnswers, ProviderInput} from '../spec/defaults.ts'
import {startGit} from '../tools/git.ts'
import {renderInit} from '../ui/render-files.ts'
import type {InitResult} from '../ui/results.ts'
import {shellQuote} from '../ui/text.ts'

export default class Init extends KpCommand {
  static override summary = 'Make a platform repository: kp.yaml and everything rendered from it'
  static override examples = ['<%= config.bin %> init acme --defaults', '<%= config.bin %> init acme --defaults --owner team@example.com --domain example.com', '<%= config.bin %> init acme --answers answers.yaml']
  static override args = {dir: Args.string({description: 'Folder of the platform; default the current one', name: 'DIR'})}
  static override flags = {
    defaults: Flags.boolean({summary: 'Ask nothing; what no flag says has its default', exclusive: ['answers']}),
    answers: Flags.file({summary: 'Ask nothing; take the fields of this YAML file', exists: true, helpValue: 'FILE'}),
    name: Flags.string({summary: 'Name of the platform; default the name of the folder'}),
    provider: Flags.option({summary: 'Where the cluster runs', options: ['lab', 'existing'] as const})(),
    kubeconfig: Flags.string({summary: 'For provider existing: its kubeconfig', helpValue: 'FILE'}),
    environments: Flags.string({summary: 'Names of the environments', multiple: true, delimiter: ',', helpValue: 'dev,prod'}),
    'kubernetes-version': Flags.option({summary: 'Minor version of Kubernetes', options: ['1.35', '1.36'] as const})(),
    domain: Flags.string({summary: 'Names of what is reachable from outside end in this'}),
    email: Flags.string({summary: 'Where certificate authorities write to'}),
    owner: Flags.string({summary: 'Who answers for the platform'}),
    runbooks: Flags.string({summary: 'Where its runbooks are'}),
    cni: Flags.option({summary: 'Network plugin', options: ['cilium'] as const})(),
    issuer: Flags.option({summary: 'Who signs certificates', options: ['letsencrypt-staging', 'letsencrypt-production', 'dns01', 'internal-ca', 'self-signed'] as const})(),
    ingress: Flags.option({summary: 'What takes requests from outside', options: ['envoy-gateway'] as const})(),
    git: Flags.boolean({summary: 'Put the folder under Git where it is not', default: true, allowNo: true}),
  }

  protected async work(): Promise<CommandResult> {
    const {flags, args} = await this.parse(Init)
    this.begin(flags)
    if (!flags.defaults && flags.answers === undefined) {
      throw new KpError({code: 'NO_TERMINAL', message: 'this version of kp asks no questions: say how to answer them', next: ['kp init DIR --defaults', 'kp init DIR --answers FILE']})
    }
    const root = resolve(process.cwd(), flags.dir ?? '', args.dir ?? '')
    const answers = flags.answers === undefined ? {} : readAnswers(flags.answers)
    const name = flags.name ?? answers.name ?? basename(root).toLowerCase().replaceAll(/[^a-z0-9-]/g, '-')
    await createPlatform(root, {...answers, ...this.fromFlags(flags, name), name}, readFileSync(schemaPath('kp.yaml.schema.json'), 'utf8'))
    if (flags.git) await startGit(root, process.env)
    this.global = {...this.global, dir: root, env: this.global.env ?? flags.environments?.[0]}
    const {ctx} = await this.open({anyEnvironment: true})
    const look = await lookAtRepository(ctx)
    const written = await writeRepository(ctx, look, {force: false})
    const shown = relative(process.cwd(), root) || '.'
    const value: InitResult = {
      schema: 'kp/init/v1',
      name,
      provider: ctx.provider.id,
      environments: ctx.environments.map((spec) => spec.environment.name),
      directory: root,
      written: ['kp.yaml', ...written],
      unchanged: look.files.length - look.changes.length,
      removed: [],
      next: [...(shown === '.' ? [] : [`cd ${shellQuote(shown)}`]), ...['kp plan', 'kp up'].map((command) => (ctx.environments.length > 1 ? `${command} --env ${ctx.spec.environment.name}` : command))],
    }
    return {json: value, text: () => renderInit(value, this.terminal)}
  }

  private fromFlags(flags: Record<string, unknown> & {provider?: string | undefined; kubeconfig?: string | undefined; environments?: string[] | undefined}, name: string): Partial<PlatformAnswers> {
    const set = <T>(value: T | undefined, field: (value: T) => object): object => (value === undefined ? {} : field(value))
    const text = (key: string): string | undefined => flags[key] as string | undefined
    const phases = {...set(text('cni'), (plugin) => ({cni: {plugin}})), ...set(text('issuer'), (issuer) => ({'cert-manager': {issuer}})), ...set(text('ingress'), (controller) => ({ingress: {controller}}))}
    return {
      ...set(flags.provider, (type) => ({provider: (type === 'existing' ? {type, kubeconfig: flags.kubeconfig ?? '~/.kube/config'} : {type}) as ProviderInput})),
      ...set(flags.environments, (names) => ({environments: names.map((one) => ({name: one, cluster: `${name}-${one}`}))})),
      ...set(text('kubernetes-version'), (version) => ({kubernetes: {version}})),
      ...set(text('domain'), (domain) => ({domain})),
      ...set(text('email'), (email) => ({email})),
      ...set(text('owner'), (owner) => ({owner})),
      ...set(text('runbooks'), (runbooks) => ({runbooks})),
      ...(Object.keys(phases).length === 0 ? {} : {phases}),
    }
  }
}

/** @throws KpError USAGE where the file is no YAML map */
function readAnswers(path: string): Partial<PlatformAnswers> {
  try {
    const answers = parse(readFileSync(path, 'utf8')) as unknown
    if (typeof answers === 'object' && answers !== null && !Array.isArray(answers)) return answers
  } catch (error) {
    throw new KpError({code: 'USAGE', message: `${path} is no YAML: ${error instanceof Error ? error.message.split('\n')[0] : String(error)}`})
  }
  throw new KpError({code: 'USAGE', message: `${path} must be a YAML map of fields, such as name, owner, domain`})
}
