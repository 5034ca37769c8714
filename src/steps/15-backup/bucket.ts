/** The bucket of the backups on AWS: a stack of its own, which outlives the cluster. */
import {makesBackupBucket} from '../../components/terraform/pod-roles.ts'
import {stackRepositoryFiles} from '../../checks/terraform/place.ts'
import {check, verdict} from '../../checks/builders.ts'
import type {ManifestContext, PlatformCheck, PlatformStep, RepositoryContext, RepositoryFile} from '../../context.ts'
import {asKpError} from '../../engine/errors.ts'
import {bucketOf, storeRegion} from '../shared/backup-store.ts'
import {terraformStack} from '../shared/terraform-stack.ts'

const STEP = 'backup/bucket'

/** The steps that make it, and the vault; none where kp.yaml names a bucket, or a store elsewhere. */
export function bucketSteps({spec}: Pick<ManifestContext, 'spec'>): PlatformStep[] {
  return [...(makesBackupBucket(spec) ? [bucketStep] : []), ...(hasVault(spec) ? [vaultStep] : [])]
}

/** Whether AWS itself copies the volumes too. */
function hasVault({provider, phases}: ManifestContext['spec']): boolean {
  return 'backupVault' in provider && provider.backupVault && phases.backup.enabled
}

const vaultStep = terraformStack({id: 'backup/vault', title: 'Make the vault of AWS Backup', stack: 'backup-vault', timeoutMs: 10 * 60_000, after: ['prerequisites']})
const bucketStep = terraformStack({id: STEP, title: 'Make the bucket of the backups', stack: 'backup-store', timeoutMs: 10 * 60_000, verify: ['backup.bucket'], after: ['prerequisites']})

/** What must be there before velero is told where to write. */
export function bucketFirst(ctx: Pick<ManifestContext, 'spec'>): string[] {
  return makesBackupBucket(ctx.spec) ? [STEP] : []
}

/** The stacks, for people. */
export function bucketFiles(ctx: RepositoryContext): RepositoryFile[] {
  return stackRepositoryFiles(ctx, [...(makesBackupBucket(ctx.spec) ? ['backup-store' as const] : []), ...(hasVault(ctx.spec) ? ['backup-vault' as const] : [])])
}

const LACKS: Readonly<Record<string, string>> = {
  exists: 'is not there',
  versioned: 'keeps no versions: what is deleted is gone',
  encrypted: 'is not encrypted',
  private: 'does not block public access',
  'tls-only': 'takes requests that are not encrypted on the way',
}

/** Whether it is as it was made: asked of S3, not of a state. */
export const bucketCheck: PlatformCheck = check({
  id: 'backup.bucket',
  title: 'The bucket of the backups is versioned, encrypted and closed to the public',
  pitfalls: ['KP1520', 'KP1521'],
  appliesTo: (ctx) => (ctx.aws !== undefined && makesBackupBucket(ctx.spec) ? true : 'kp makes no bucket for the backups'),
  async run(ctx) {
    const expected = 'every version kept, encrypted, public access blocked, TLS only'
    const name = bucketOf(ctx)
    try {
      const lacks = (await ctx.aws?.stateBucket(name, storeRegion(ctx)).lacks()) ?? []
      return verdict(lacks.map((aspect) => `the bucket ${name} ${LACKS[aspect] ?? aspect}`), `the bucket ${name} is as kp made it`, expected)
    } catch (error) {
      const {code, message} = asKpError(error)
      if (code !== 'NOT_OURS') throw error
      return {status: 'fail', observed: message, expected}
    }
  },
})
