/** Where kp works on a stack of a platform, and where the repository holds the same stack for people. */
import {existsSync, mkdirSync} from 'node:fs'
import {join} from 'node:path'
import {STACK_IDS, stacksOf} from '../../components/terraform/ids.ts'
import {stackFiles, VARIABLES_FILE} from '../../components/terraform/stacks.ts'
import {stackTags} from '../../components/terraform/variables.ts'
import {terragruntFiles} from '../../components/terraform/terragrunt.ts'
import type {StackId} from '../../components/terraform/ids.ts'
import type {StackFile} from '../../components/terraform/stacks.ts'
import type {PlatformContext, RepositoryContext, RepositoryFile} from '../../context.ts'
import {KpError} from '../../engine/errors.ts'
import {init} from '../../tools/terraform.ts'
import type {TerraformPlace} from '../../tools/terraform.ts'
import {filesDigest, isReady, layFolder, markReady, takePins} from '../../tools/terraform-folder.ts'

/** AWS of a platform that is on it. */
export function requireAws({aws}: Pick<PlatformContext, 'aws'>): NonNullable<PlatformContext['aws']> {
  if (aws === undefined) throw new KpError({code: 'BUG', message: 'the provider is not on AWS'})
  return aws
}

/** The folder of a stack in the repository. */
export function repositoryFolder(environment: string, stack: StackId): string {
  return `terraform/${environment}/${stack}`
}

/** The files of stacks in the repository: the same that kp works with, so that a person can run them by hand. */
export function stackRepositoryFiles(ctx: RepositoryContext, stacks: readonly StackId[]): RepositoryFile[] {
  const own = stacks.filter((stack) => stacksOf(ctx.provider.id).includes(stack))
  if (own.length === 0) return []
  const {name} = ctx.spec.environment
  const place = {local: (stack: string) => `../../../.kp/environments/${name}/terraform/${stack}.tfstate`}
  const zones = ctx.provider.zones(ctx.spec)
  return [
    {path: 'terraform/.gitignore', text: "# What terraform keeps for itself. Its lock file with the providers' digests belongs into Git.\n.terraform/\n.terragrunt-cache/\n*.tfplan\n*.tfstate\n*.tfstate.*\n"},
    ...(ctx.spec.infra.layout === 'terragrunt'
      ? terragruntFiles({home: ctx.home, spec: ctx.spec, zones, stacks: own}).map((file) => ({path: `terraform/${file.name}`, text: file.text}))
      : own.flatMap((stack) => stackFiles({home: ctx.home, spec: ctx.spec, zones, stack, place}).map((file) => ({path: `${repositoryFolder(name, stack)}/${file.name}`, text: file.text})))),
  ]
}

/** The provider asks an emulator nothing that only AWS knows. */
const EMULATED_PROVIDER = '  skip_credentials_validation = true\n  skip_metadata_api_check     = true\n  s3_use_path_style           = true\n'

/**
 * Tags of a bucket are read at a host name that begins with the account, which leads to no emulator: without an account they are read
 * by path. And an emulator takes no tags with a new bucket.
 */
const BUCKET_PROVIDER = (tags: readonly string[]): string => `  skip_requesting_account_id  = true\n  allowed_account_ids         = null\n\n  ignore_tags {\n    keys = ${JSON.stringify(tags)}\n  }\n`

const BUCKETS: ReadonlySet<StackId> = new Set(['backup-store', 'billing-export'])

/** What an emulator forgets, or tells in another way than AWS, is no drift there: by resource, which is named `this` where its address says nothing else. */
const FORGOTTEN: Readonly<Partial<Record<StackId, Record<string, string[]>>>> = {
  eks: {aws_eks_cluster: ['bootstrap_self_managed_addons', 'access_config', 'upgrade_policy']},
  'control-plane-machines': {'aws_vpc_security_group_ingress_rule.node': ['description'], 'aws_vpc_security_group_ingress_rule.etcd': ['description'], 'aws_vpc_security_group_ingress_rule.api_server': ['description']},
  'node-groups': {aws_eks_node_group: ['scaling_config[0].desired_size', 'remote_access', 'update_config'], aws_launch_template: ['tag_specifications']},
}

/** What is another one in the working copy where an emulator answers. */
function emulated(spec: PlatformContext['spec'], stack: StackId): StackFile {
  const ignored = Object.entries(FORGOTTEN[stack] ?? {}).map(([address, fields]) => `\nresource "${address.replace('.', '" "')}${address.includes('.') ? '' : '" "this'}" {\n  lifecycle {\n    ignore_changes = [${fields.join(', ')}]\n  }\n}\n`)
  return {name: 'kp_override.tf', text: [`provider "aws" {\n${EMULATED_PROVIDER}${BUCKETS.has(stack) ? BUCKET_PROVIDER(Object.keys(stackTags(spec, stack))) : ''}}\n`, ...ignored].join('')}
}

/** kp's working copy of a stack as it should be now. */
export function workingFiles(ctx: PlatformContext, stack: StackId): StackFile[] {
  const aws = requireAws(ctx)
  const pretended = aws.emulator !== undefined
  const place = {local: (name: string) => `../${name}.tfstate`, pathStyle: pretended}
  const files = stackFiles({home: ctx.home, spec: ctx.spec, zones: aws.zones(ctx.spec), stack, place, emulated: pretended})
  return pretended ? [...files, emulated(ctx.spec, stack)] : files
}

/** The program of `infra.tool`. */
export function programOf({spec}: Pick<PlatformContext, 'spec'>): 'terraform' | 'tofu' {
  return spec.infra.tool === 'opentofu' ? 'tofu' : 'terraform'
}

/** What a person types to apply a stack of the repository. */
export function applyCommand(ctx: Pick<PlatformContext, 'spec'>, stack: StackId): string {
  const folder = repositoryFolder(ctx.spec.environment.name, stack)
  return ctx.spec.infra.layout === 'terragrunt' ? `terragrunt --working-dir ${folder} apply` : `${programOf(ctx)} -chdir=${folder} apply`
}

/** A stack that is ready to be looked at. */
export interface ReadyStack {
  place: TerraformPlace
  /** Of its files. */
  digest: string
}

/** The place of a stack, without making it ready. */
function placeOf(ctx: PlatformContext, stack: StackId): TerraformPlace {
  const aws = requireAws(ctx)
  const cache: Record<string, string> = ctx.env['TF_PLUGIN_CACHE_DIR'] ? {} : {TF_PLUGIN_CACHE_DIR: aws.pluginCache}
  return {exec: ctx.exec, tool: programOf(ctx), folder: join(aws.stacksFolder, stack), env: cache}
}

/**
 * Lays the working copy and makes terraform ready in it. Nothing outside of kp's own folders is changed.
 * @throws KpError GATE where the states are still where an earlier kp.yaml kept them, and what terraform says
 */
export async function readyStack(ctx: PlatformContext, stack: StackId): Promise<ReadyStack> {
  refuseLeftState(ctx, stack)
  return prepareStack(ctx, stack)
}

/** The same while the states are on their way into the bucket. */
export async function prepareStack(ctx: PlatformContext, stack: StackId): Promise<ReadyStack> {
  const aws = requireAws(ctx)
  const place = placeOf(ctx, stack)
  const files = workingFiles(ctx, stack)
  const program = place.tool
  layFolder(place.folder, files)
  // terraform's store of providers is not made for two at a time; the second one finds the pins of the first, and leaves the store alone.
  await aws.oneAtATime(async () => {
    takePins(place.folder, join(ctx.paths.root, repositoryFolder(ctx.spec.environment.name, stack)), STACK_IDS.map((name) => join(aws.stacksFolder, name)))
    if (isReady(place.folder, program)) return
    mkdirSync(aws.pluginCache, {recursive: true})
    await init(place, {doing: `make ${program} ready for the stack ${stack}`, reconfigure: ctx.spec.infra.backend.type === 's3'})
    markReady(place.folder, program)
  })
  return {place, digest: filesDigest(files.filter(({name}) => name.endsWith('.tf') || name === VARIABLES_FILE))}
}

/** States on this machine that kp.yaml wants in a bucket: an empty state there would build everything a second time. */
function refuseLeftState(ctx: PlatformContext, stack: StackId): void {
  if (ctx.spec.infra.backend.type === 'local') return
  const local = join(requireAws(ctx).stacksFolder, `${stack}.tfstate`)
  if (!existsSync(local)) return
  throw new KpError({
    code: 'GATE',
    message: `the state of the stack ${stack} is still on this machine, and kp.yaml wants it in a bucket`,
    details: [local],
    next: ['kp backend init, which backs it up and moves it'],
  })
}
