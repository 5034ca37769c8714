import {spawn} from 'node:child_process'
import {existsSync, mkdirSync, readdirSync, utimesSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {describe, expect, it} from 'vitest'
import {systemClock} from '../../../../src/engine/clock.ts'
import {identifyProcess, identifySelf} from '../../../../src/engine/processes.ts'
import {claim, liveClaim, makeOwnFolder, sweepOwnFolders, waitForClaim} from '../../../../src/tools/toolchain/claim.ts'
import {tempFolder} from '../../../helpers/temp.ts'

/** The identity of a process that has ended. */
async function deadProcess(): Promise<object> {
  const child = spawn('sleep', ['60'])
  const identity = identifyProcess(child.pid ?? 0)
  child.kill('SIGKILL')
  await new Promise((resolve) => child.once('exit', resolve))
  return {...identity}
}

describe('claim', () => {
  it('is held by one at a time and can be given back', async () => {
    const path = join(tempFolder(), 'a', 'lock')
    const first = await claim(path, systemClock)
    expect('release' in first).toBe(true)
    expect(await claim(path, systemClock)).toMatchObject({held: {holder: {pid: process.pid}}})
    expect(await liveClaim(path, systemClock)).toMatchObject({holder: identifySelf()})
    if ('release' in first) await first.release()
    expect(existsSync(path)).toBe(false)
    expect('release' in (await claim(path, systemClock))).toBe(true)
  })

  it('takes over the claim of a dead process, also when its pid lives on', async () => {
    const path = join(tempFolder(), 'lock')
    writeFileSync(path, JSON.stringify({holder: await deadProcess(), since: '2026-01-01T00:00:00Z'}))
    expect(await liveClaim(path, systemClock)).toBeUndefined()
    expect('release' in (await claim(path, systemClock))).toBe(true)
    writeFileSync(path, JSON.stringify({holder: {...identifySelf(), start: '1'}, since: '2026-01-01T00:00:00Z'}))
    expect('release' in (await claim(path, systemClock))).toBe(true)
    writeFileSync(path, JSON.stringify({holder: {...identifySelf(), boot: 'an earlier one'}, since: '2026-01-01T00:00:00Z'}))
    expect('release' in (await claim(path, systemClock))).toBe(true)
  })

  it('believes a claim of another host for a day, and one without content for a moment', async () => {
    const path = join(tempFolder(), 'lock')
    writeFileSync(path, JSON.stringify({holder: {...identifySelf(), host: 'elsewhere'}, since: '2026-01-01T00:00:00Z'}))
    expect('held' in (await claim(path, systemClock))).toBe(true)
    const yesterday = Date.now() / 1000 - 25 * 3600
    utimesSync(path, yesterday, yesterday)
    expect('release' in (await claim(path, systemClock))).toBe(true)
    writeFileSync(path, '')
    expect('held' in (await claim(path, systemClock))).toBe(true)
    utimesSync(path, Date.now() / 1000 - 10, Date.now() / 1000 - 10)
    expect('release' in (await claim(path, systemClock))).toBe(true)
  })

  it('goes to exactly one of many that take over at once', async () => {
    const path = join(tempFolder(), 'lock')
    writeFileSync(path, JSON.stringify({holder: await deadProcess(), since: '2026-01-01T00:00:00Z'}))
    const results = await Promise.all(Array.from({length: 20}, () => claim(path, systemClock)))
    expect(results.filter((result) => 'release' in result)).toHaveLength(1)
    expect(readdirSync(join(path, '..'))).toEqual(['lock'])
  })

  it('is waited for', async () => {
    const path = join(tempFolder(), 'lock')
    const release = await waitForClaim(path, {clock: systemClock})
    setTimeout(() => void release(), 100)
    const waited: number[] = []
    await waitForClaim(path, {clock: systemClock, onWait: ({holder}) => waited.push(holder.pid)})
    expect(waited).toEqual([process.pid])
    await expect(waitForClaim(path, {clock: systemClock, signal: AbortSignal.timeout(50)})).rejects.toThrow()
  })
})

describe('own folders', () => {
  it('are swept once their maker is dead', async () => {
    const parent = tempFolder()
    const mine = await makeOwnFolder(parent, systemClock)
    mkdirSync(join(parent, '.tmp-abc'))
    writeFileSync(join(parent, '.tmp-abc', 'file'), '')
    writeFileSync(join(parent, '.tmp-abc.claim'), JSON.stringify({holder: await deadProcess(), since: '2026-01-01T00:00:00Z'}))
    mkdirSync(join(parent, '1.0.0'))
    await sweepOwnFolders(parent, systemClock)
    expect(existsSync(mine.path)).toBe(true)
    expect(readdirSync(parent).filter((name) => !name.startsWith('.tmp'))).toEqual(['1.0.0'])
    expect(readdirSync(parent)).not.toContain('.tmp-abc')
    await mine.remove()
    expect(readdirSync(parent)).toEqual(['1.0.0'])
  })
})
