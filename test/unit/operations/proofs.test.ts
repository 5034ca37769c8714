/** What was proven of backups is kept, and read back. */
import {mkdirSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {describe, expect, it} from 'vitest'
import type {PlatformContext} from '../../../src/context.ts'
import {newestProof, readProofs, recordProof} from '../../../src/operations/proofs.ts'
import type {Proof} from '../../../src/operations/proofs.ts'
import {tempFolder} from '../../helpers/temp.ts'

const proof = (at: string, more: Partial<Proof> = {}): Proof => ({kind: 'objects', at, backup: 'daily-1', takenAt: at, objects: 12, ok: true, ...more})

function context(): Pick<PlatformContext, 'paths'> {
  const environment = join(tempFolder(), 'environments', 'lab')
  return {paths: {environment}} as unknown as PlatformContext
}

describe('proofs', () => {
  it('are kept in order, and the newest of a kind is found, also where it failed', async () => {
    const ctx = context()
    expect(readProofs(ctx)).toEqual([])
    await recordProof(ctx, proof('2026-11-28T10:00:00Z'))
    await recordProof(ctx, proof('2026-11-28T12:00:00Z', {ok: false, reason: 'a volume is missing'}))
    await recordProof(ctx, proof('2026-11-28T13:00:00Z', {kind: 'etcd'}))
    const all = readProofs(ctx)
    expect(all.map(({at}) => at.slice(11, 13))).toEqual(['10', '12', '13'])
    expect(newestProof(all, ['objects'])).toMatchObject({ok: false})
    expect(newestProof(all, ['database'])).toBeUndefined()
  })

  it('that cannot be read are none', () => {
    const ctx = context()
    mkdirSync(ctx.paths.environment, {recursive: true})
    writeFileSync(join(ctx.paths.environment, 'proofs.json'), '{"proofs": [{"kind": "objects", "at": "soon"}')
    expect(readProofs(ctx)).toEqual([])
  })
})
