/** Blue-green: who gets which request, what is written down before it is done, and what takes a shift back. */
import {writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {describe, expect, it} from 'vitest'
import type {PlatformContext} from '../../../../src/context.ts'
import {shareOf} from '../../../../src/operations/migrate/look.ts'
import {readMigration, unfinished, writeMigration} from '../../../../src/operations/migrate/memory.ts'
import {sideOf, soak} from '../../../../src/operations/migrate/soak.ts'
import type {Ask} from '../../../../src/operations/migrate/soak.ts'
import {hostsOf, WEIGHT, weightOf, whyNoWeights} from '../../../../src/operations/migrate/weights.ts'
import type {RequestTarget} from '../../../../src/operations/requests.ts'
import type {KubeObject} from '../../../../src/tools/kube-api.ts'
import {tempFolder} from '../../../helpers/temp.ts'

const route = (weight?: string): KubeObject => ({apiVersion: 'gateway.networking.k8s.io/v1', kind: 'HTTPRoute', metadata: {name: 'demo', namespace: 'demo', ...(weight === undefined ? {} : {annotations: {[WEIGHT]: weight}})}, spec: {hostnames: ['demo.example.com']}})
const target = (address: string): RequestTarget => ({scheme: 'http', host: 'demo.example.com', path: '/', address, port: 80})

describe('weights', () => {
  it.each([[0, 0], [1, 1], [10, 10], [33, 33], [50, 50], [100, 100]])('%i per cent are as many of a hundred requests', (weight, to) => {
    const sides = Array.from({length: 100}, (_, n) => sideOf(n, weight))
    expect(sides.filter((side) => side === 'to')).toHaveLength(to)
  })

  it('are spread evenly', () => {
    const positions = Array.from({length: 100}, (_, n) => n).filter((n) => sideOf(n, 10) === 'to')
    expect(new Set(positions.slice(1).map((position, index) => position - (positions[index] ?? 0)))).toEqual(new Set([10]))
  })

  it('of both clusters say who has the traffic; without any it is the old one', () => {
    expect(shareOf([route()], [route()])).toBe(0)
    expect(shareOf([route('90')], [route('10')])).toBe(10)
    expect(shareOf([route('0')], [route('100')])).toBe(100)
    expect([weightOf(route('x')), weightOf(route('7')), hostsOf(route())]).toEqual([undefined, 7, ['demo.example.com']])
  })

  it('want records that know them', () => {
    const of = (ingress: object, lab?: object): string | undefined => whyNoWeights({spec: {environment: {name: 'green'}, phases: {ingress}}, ...(lab === undefined ? {} : {lab})} as unknown as PlatformContext)
    expect(of({enabled: true, externalDns: {enabled: true, provider: 'route53'}})).toBeUndefined()
    expect(of({enabled: true, externalDns: {enabled: true, provider: 'cloudflare'}})).toBe('records of cloudflare know no weights')
    expect(of({enabled: true, externalDns: {enabled: false}})).toMatch(/externalDns is off in green/)
    expect(of({enabled: false}, {})).toBeUndefined()
  })
})

describe('the look at both', () => {
  let now = 0
  const clock = {now: () => now, sleep: (ms: number) => Promise.resolve(void (now += ms))}
  const run = (weight: number, ask: Ask): ReturnType<typeof soak> => soak({from: [target('old')], to: [target('new')], weight, seconds: 20, clock, signal: new AbortController().signal, mostFailed: 2, ask})

  it('asks by the weights', async () => {
    expect(await run(25, () => Promise.resolve(200))).toMatchObject({seconds: 20, from: {sent: 75, failed: 0}, to: {sent: 25, failed: 0}})
  })

  it('ends as soon as the new cluster fails too often: answers of 500 and none at all', async () => {
    const found = await run(50, ({address}) => (address === 'new' ? Promise.resolve(503) : Promise.resolve(200)))
    expect(found.to.failed).toBe(3)
    expect(found.seconds).toBeLessThan(3)
    expect((await run(50, ({address}) => (address === 'new' ? Promise.reject(new Error('refused')) : Promise.resolve(200)))).to.failed).toBe(3)
  })

  it('does not blame the new one for the old one', async () => {
    expect(await run(10, ({address}) => Promise.resolve(address === 'old' ? 503 : 200))).toMatchObject({from: {sent: 90, failed: 90}, to: {failed: 0}})
  })
})

describe('what is written down', () => {
  it('tells what a killed kp had begun, and nothing of what was ended', async () => {
    const ctx = {paths: {state: tempFolder()}} as unknown as PlatformContext
    const memory = readMigration(ctx, 'blue', 'green')
    expect(memory).toEqual({from: 'blue', to: 'green', entries: []})
    const entry = {at: '2026-11-28T12:00:00Z', action: 'shift' as const, namespaces: ['demo'], weight: 10, state: 'begun' as 'begun' | 'done'}
    memory.entries.push(entry)
    await writeMigration(ctx, memory)
    expect(unfinished(readMigration(ctx, 'blue', 'green'))).toMatchObject({namespaces: ['demo'], weight: 10})
    expect(readMigration(ctx, 'green', 'blue').entries).toEqual([])
    entry.state = 'done'
    await writeMigration(ctx, memory)
    expect(unfinished(readMigration(ctx, 'blue', 'green'))).toBeUndefined()
    writeFileSync(join(ctx.paths.state, 'migrations', 'blue-to-green.json'), '{"from": "bl')
    expect(() => readMigration(ctx, 'blue', 'green')).toThrow(/cannot be read/)
  })
})
