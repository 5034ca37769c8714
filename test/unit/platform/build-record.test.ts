import {mkdirSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {describe, expect, it} from 'vitest'
import type {PlatformContext} from '../../../src/context.ts'
import {isBehind, whoami} from '../../../src/platform/build-record.ts'
import {cacheFile} from '../../../src/platform/caches.ts'
import {lastSeenBuild, readBuild} from '../../../src/platform/last-build.ts'
import {parseSpec} from '../../../src/spec/load.ts'
import {digestEnvironment} from '../../../src/spec/digest.ts'
import {resolveEnvironment} from '../../../src/spec/resolve.ts'
import {tempFolder} from '../../helpers/temp.ts'

const specOf = (domain: string): PlatformContext['spec'] => resolveEnvironment(parseSpec('kp.yaml', `apiVersion: kp.dev/v1alpha1\nkind: Platform\nmetadata: {name: acme}\ndomain: ${domain}\n`).spec, undefined)

function context(domain: string): Pick<PlatformContext, 'spec' | 'paths' | 'cacheFile'> {
  const environment = tempFolder()
  const write = (name: string, text: string): void => {
    mkdirSync(join(environment, 'cache'), {recursive: true})
    writeFileSync(join(environment, 'cache', name), text)
  }
  return {spec: specOf(domain), paths: {runs: tempFolder(), environment} as PlatformContext['paths'], cacheFile: (name) => ({...cacheFile(environment, name), write: (text) => write(name, text)})}
}

const record = {digest: digestEnvironment(specOf('theirs.example.com')), by: 'anna@host7', at: '2026-11-21T12:00:00.000Z', command: 'kp up', run: '20261121T120000Z-aaaa'}

describe('who built last', () => {
  it('is news where another checkout built from another kp.yaml', () => {
    expect(isBehind(context('ours.example.com'), record)).toBe(true)
  })

  it('is none where the kp.yaml is the same, where this checkout built, or where nobody did', () => {
    expect(isBehind(context('theirs.example.com'), record)).toBe(false)
    const ours = context('ours.example.com')
    mkdirSync(join(ours.paths.runs, record.run), {recursive: true})
    expect(isBehind(ours, record)).toBe(false)
    expect(isBehind(ours, undefined)).toBe(false)
  })

  it('is remembered for kp status, and rubbish is nothing', () => {
    const ctx = context('ours.example.com')
    expect(readBuild(ctx, JSON.stringify(record))).toEqual(record)
    expect(lastSeenBuild(ctx.paths.environment)).toEqual(record)
    expect(readBuild(ctx, 'rubbish')).toBeUndefined()
    expect(readBuild(ctx, undefined)).toBeUndefined()
    expect(lastSeenBuild(ctx.paths.environment)).toEqual(record)
  })

  it('is the account, or who a CI system says', () => {
    expect(whoami({USER: 'anna'})).toMatch(/^anna@./)
    expect(whoami({USER: 'runner', GITHUB_ACTOR: 'berta'})).toMatch(/^berta@./)
    expect(whoami({})).toMatch(/^[^@]+@./)
  })
})
