/** `kp backend init`: the bucket of the states, and the states that are still on this machine. */
import {copyFileSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync} from 'node:fs'
import {join} from 'node:path'
import {prepareStack, requireAws} from '../checks/terraform/place.ts'
import {whileLocked} from '../checks/terraform/lock.ts'
import {stacksOf} from '../components/terraform/ids.ts'
import type {StackId} from '../components/terraform/ids.ts'
import {lockTable, stateBucket, stateKey, stateRegion} from '../components/terraform/state.ts'
import type {PlatformContext} from '../context.ts'
import {KpError} from '../engine/errors.ts'
import {pushState, pullState} from '../tools/terraform.ts'
import {stage} from './staged.ts'
import type {Stage} from './staged.ts'

type Bucket = ReturnType<ReturnType<typeof requireAws>['stateBucket']>
type Table = ReturnType<ReturnType<typeof requireAws>['lockTable']>
type Aspect = Awaited<ReturnType<Bucket['lacks']>>[number]

/** What is to be done. */
export interface BackendLook {
  bucket: string
  region: string
  /** What the bucket is not yet. */
  lacks: Aspect[]
  /** The table of the locks that is to be made. */
  table?: string
  /** Stacks whose state is on this machine. */
  local: StackId[]
}

const SENTENCES: Record<Aspect, (bucket: string, region: string) => string> = {
  exists: (bucket, region) => `make the bucket ${bucket} in ${region}`,
  versioned: (bucket) => `keep every version of what is in ${bucket}`,
  encrypted: (bucket) => `encrypt what is in ${bucket}`,
  private: (bucket) => `block all public access to ${bucket}`,
  'tls-only': (bucket) => `refuse requests to ${bucket} that are not encrypted on the way`,
}

/** The same as the stages of a run. */
export function backendStages({lacks, table, local}: BackendLook): Stage[] {
  return [...(lacks.length === 0 ? [] : [BUCKET_STAGE]), ...(table === undefined ? [] : [TABLE_STAGE]), ...local.map(moveStage)]
}

const BUCKET_STAGE: Stage = {id: 'backend/bucket', title: 'Make the bucket as it should be'}
const TABLE_STAGE: Stage = {id: 'backend/table', title: 'Make the table of the locks'}
const moveStage = (stack: StackId): Stage => ({id: `backend/${stack}`, title: `Move the state of the stack ${stack}`})

/** What would be done, in sentences. */
export function backendLines({bucket, region, lacks, table, local}: BackendLook): string[] {
  return [...lacks.map((aspect) => SENTENCES[aspect](bucket, region)), ...(table === undefined ? [] : [tableSentence(table, region)]), ...local.map((stack) => `back up the state of the stack ${stack} on this machine, and move it into ${bucket}`)]
}

/**
 * Looks at bucket and states. Reads only.
 * @throws KpError SPEC_INVALID where kp.yaml wants no bucket, NOT_OURS where the bucket is somebody else's, WRONG_ACCOUNT
 */
export async function lookAtBackend(ctx: PlatformContext): Promise<BackendLook> {
  const bucket = await bucketOf(ctx)
  const table = tableOf(ctx)
  const missing = table !== undefined && !(await table.exists())
  return {bucket: bucket.name, region: bucket.region, lacks: await bucket.lacks(), ...(missing ? {table: table.name} : {}), local: stacksOf(ctx.provider.id).filter((stack) => existsSync(localState(ctx, stack)))}
}

/**
 * Does it. Safe to run again at any time, also after a kill in the middle.
 * @throws KpError GATE where a state is in the bucket already and it is not the one on this machine
 */
export async function initBackend(ctx: PlatformContext, {lacks, table, local}: BackendLook): Promise<{backups: string[]}> {
  const bucket = await bucketOf(ctx)
  const makeBucket = async (): Promise<void> => {
    for (const aspect of lacks) {
      const doing = SENTENCES[aspect](bucket.name, bucket.region)
      await ctx.change({doing, command: `kp backend init   # ${doing}`}, () => bucket.make(aspect))
    }
  }
  if (lacks.length > 0) await stage(ctx, BUCKET_STAGE, makeBucket)
  if (table !== undefined) await stage(ctx, TABLE_STAGE, () => makeTable(ctx))
  const backups: string[] = []
  for (const which of local) backups.push(await stage(ctx, moveStage(which), () => moveState(ctx, bucket, which)))
  return {backups}
}

async function bucketOf(ctx: PlatformContext): Promise<Bucket> {
  if (ctx.aws === undefined) throw new KpError({code: 'SPEC_INVALID', message: `provider ${ctx.spec.provider.type} has no stacks of terraform, and so no state to keep in a bucket`, next: ['kp up']})
  if (ctx.spec.infra.backend.type !== 's3') {
    throw new KpError({
      code: 'SPEC_INVALID',
      message: 'kp.yaml keeps the states of the stacks on this machine: infra.backend.type is local',
      next: ['set infra: {backend: {type: s3}} in kp.yaml, then run the same command again'],
    })
  }
  await ctx.aws.requireAccount()
  return ctx.aws.stateBucket(stateBucket(ctx.spec) ?? '', stateRegion(ctx.spec))
}

function tableOf(ctx: PlatformContext): Table | undefined {
  const name = lockTable(ctx.spec)
  return name === undefined ? undefined : requireAws(ctx).lockTable(name, stateRegion(ctx.spec))
}

async function makeTable(ctx: PlatformContext): Promise<void> {
  const table = tableOf(ctx)
  if (table === undefined) return
  const doing = tableSentence(table.name, table.region)
  await ctx.change({doing, command: `kp backend init   # ${doing}`}, () => table.make())
}

function tableSentence(table: string, region: string): string {
  return `make the table ${table} in ${region} that keeps two applies apart`
}

function localState(ctx: PlatformContext, stack: StackId): string {
  return join(requireAws(ctx).stacksFolder, `${stack}.tfstate`)
}

/** Backs a state up and pushes it; terraform itself refuses one of another lineage or an older one. @returns the backup */
async function moveState(ctx: PlatformContext, bucket: Bucket, stack: StackId): Promise<string> {
  const from = localState(ctx, stack)
  const folder = join(requireAws(ctx).stacksFolder, 'backups')
  const backup = join(folder, `${stack}-${new Date(ctx.clock.now()).toISOString().replaceAll(/[:.]/g, '-')}.tfstate`)
  const there = await bucket.has(stateKey(ctx.spec, stack))
  await ctx.change({doing: `back up the state of the stack ${stack}`, command: `cp ${from} ${backup}`}, async () => {
    mkdirSync(folder, {recursive: true})
    copyFileSync(from, backup)
  })
  const {place} = await prepareStack(ctx, stack)
  if (there) refuseOther(stack, from, await pullState(place, `read the state of the stack ${stack} in the bucket`))
  await whileLocked(ctx, {stack, place}, () => pushState(place, {file: from, doing: `move the state of the stack ${stack} into the bucket`}))
  await ctx.change({doing: `put the state of the stack ${stack} on this machine aside`, command: `rm ${from}`}, async () => {
    renameSync(from, backup)
    rmSync(`${from}.backup`, {force: true})
  })
  return backup
}

function refuseOther(stack: StackId, from: string, there: string): void {
  if (there.trim() === '') return
  const [here, other] = [readFileSync(from, 'utf8'), there].map((text) => JSON.parse(text) as {lineage?: string; serial?: number})
  if (here?.lineage === other?.lineage && (other?.serial ?? 0) <= (here?.serial ?? 0)) return
  throw new KpError({
    code: 'GATE',
    message: `the bucket has a state of the stack ${stack} already, and it is ${here?.lineage === other?.lineage ? 'newer than' : 'another than'} the one on this machine`,
    details: [from],
    next: [`look at both; where the one on this machine is not wanted any more: mv ${from} ${from}.old`, 'then run the same command again'],
  })
}
