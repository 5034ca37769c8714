/** What a teardown must not forget when it is cut off: kept beside the states until nothing is left. */
import {existsSync, readFileSync, rmSync} from 'node:fs'
import {join} from 'node:path'
import {requireAws} from '../../checks/terraform/place.ts'
import {readLedger} from '../../checks/terraform/ledger.ts'
import type {PlatformContext} from '../../context.ts'
import type {AuditScope} from '../../providers/aws/remains/things.ts'
import {writeFileAtomic} from '../../render/files.ts'

const MEMORY_FILE = 'teardown.json'

/** Known while the cluster stands; needed when it is gone. */
export interface Memory {
  vpc?: string
  issuer?: string
  /** Name of the last backup that is complete. */
  backup?: string
}

/** Reads it, with what can be seen now. */
export async function remember(ctx: PlatformContext): Promise<Memory> {
  const kept = read(join(requireAws(ctx).stacksFolder, MEMORY_FILE)) as Memory
  const {vpc_id: vpc} = read(join(requireAws(ctx).stacksFolder, 'network.outputs.json')) as {vpc_id?: string}
  const issuer = (await requireAws(ctx).cluster())?.issuer
  return {...kept, ...(vpc === undefined ? {} : {vpc}), ...(issuer === undefined ? {} : {issuer})}
}

/** Keeps it. */
export async function keepMemory(ctx: PlatformContext, memory: Memory): Promise<void> {
  if (!ctx.dryRun) await writeFileAtomic(join(requireAws(ctx).stacksFolder, MEMORY_FILE), `${JSON.stringify(memory)}\n`)
}

/** Nothing is left: nothing is to be remembered, and the ledger is closed. */
export function forgetMemory(ctx: PlatformContext): void {
  for (const name of [MEMORY_FILE, 'ledger.jsonl']) rmSync(join(requireAws(ctx).stacksFolder, name), {force: true})
}

/** Whose things the audit looks for. */
export function scopeOf(ctx: PlatformContext, {vpc, issuer}: Memory): AuditScope {
  const {platform, environment, domain, phases} = ctx.spec
  const {externalDns} = phases.ingress
  return {
    platform,
    environment: environment.name,
    cluster: environment.cluster,
    vpc,
    issuer,
    zones: externalDns.enabled && externalDns.provider === 'route53' ? [externalDns.zone ?? domain] : [],
    ledger: readLedger(requireAws(ctx).stacksFolder),
  }
}

function read(path: string): object {
  return existsSync(path) ? (JSON.parse(readFileSync(path, 'utf8')) as object) : {}
}
