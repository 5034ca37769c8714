/**
 * What was proven of backups: `kp backup verify` writes it, gates read it. A file under `.kp/environments/<name>/`, newest last.
 * A proof counts for the cluster that it was made of, and only while it is younger than what kp.yaml allows to lose.
 */
import {existsSync, mkdirSync, readFileSync} from 'node:fs'
import {join} from 'node:path'
import type {PlatformContext} from '../context.ts'
import {writeFileAtomic} from '../render/files.ts'

/** What a proof is about. */
export type ProofKind = 'objects' | 'etcd' | 'database' | 'volumes'

/** One restore that was tried, and what came of it. */
export interface Proof {
  kind: ProofKind
  /** When it was tried; ISO 8601. */
  at: string
  /** Name of the backup, or path of the snapshot. */
  backup: string
  /** When the backup itself was taken; ISO 8601. Its age is what is lost. */
  takenAt: string
  /** Objects that were compared. */
  objects: number
  /** Whether everything was there. */
  ok: boolean
  /** UID of the cluster (kube-system). */
  cluster?: string
  /** What was missing, or why it is not proven. */
  reason?: string
}

const FILE = 'proofs.json'
/** Older ones tell nothing any more. */
const KEPT = 50

/** All proofs of the environment, oldest first. What cannot be read is none. */
export function readProofs(ctx: Pick<PlatformContext, 'paths'>): Proof[] {
  const path = join(ctx.paths.environment, FILE)
  if (!existsSync(path)) return []
  try {
    const {proofs} = JSON.parse(readFileSync(path, 'utf8')) as {proofs?: Proof[]}
    return (proofs ?? []).filter(({at, takenAt}) => !Number.isNaN(Date.parse(at)) && !Number.isNaN(Date.parse(takenAt)))
  } catch {
    return []
  }
}

/** Writes down one more. */
export async function recordProof(ctx: Pick<PlatformContext, 'paths'>, proof: Proof): Promise<void> {
  mkdirSync(ctx.paths.environment, {recursive: true})
  const proofs = [...readProofs(ctx), proof].slice(-KEPT)
  await writeFileAtomic(join(ctx.paths.environment, FILE), `${JSON.stringify({proofs}, null, 2)}\n`, 0o600)
}

/** The newest proof of one of these kinds, whatever came of it. */
export function newestProof(proofs: readonly Proof[], kinds: readonly ProofKind[]): Proof | undefined {
  return proofs.filter(({kind}) => kinds.includes(kind)).toSorted((a, b) => Date.parse(b.at) - Date.parse(a.at))[0]
}
