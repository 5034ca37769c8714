/** Environments of one kp.yaml that do not touch each other, and two people who apply at once. */
import {cpSync, mkdirSync, mkdtempSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {DescribeVpcsCommand} from '@aws-sdk/client-ec2'
import {afterAll, beforeAll, beforeEach, describe, expect, it} from 'vitest'
import {makeAwsPlatform, startCloud} from '../helpers/aws.ts'
import type {AwsPlatform, Cloud} from '../helpers/aws.ts'
import {startKp} from '../helpers/run-kp.ts'
import {BY_TERRAFORM} from '../helpers/running-provider.ts'

const NETWORK = ['--only', 'networking']
const ENVIRONMENTS = ['dev', 'staging', 'prod']
const S3 = {infra: {backend: {type: 's3'}}}

let moto: Cloud
const vpcsOf = async (platform: AwsPlatform, environment: string) => ((await (await platform.clients.ec2()).send(new DescribeVpcsCommand({Filters: [{Name: 'tag:kp:environment', Values: [environment]}]}))).Vpcs ?? [])

beforeAll(async () => {
  moto = await startCloud({applies: true})
})
afterAll(() => moto?.stop())
beforeEach(() => moto.reset())

describe('dev, staging and prod of one kp.yaml', () => {
  it('do not touch each other', async () => {
    const platform = await makeAwsPlatform(moto, {...S3, environments: ENVIRONMENTS.map((name) => ({name, cluster: `acme-${name}`, protected: name === 'prod'}))})
    const kp = async (args: string[]): Promise<string> => {
      const {exit, stdout, stderr} = await platform.kp([...args, '--json'])
      expect(exit, stdout.slice(-3000) + stderr).toBe(0)
      return stdout
    }
    await kp(['backend', 'init', '--env', 'dev', '--yes'])
    for (const name of ENVIRONMENTS) await kp(['up', ...NETWORK, '--env', name, '--yes', '--confirm', `acme-${name}`])
    for (const name of ENVIRONMENTS) expect(await vpcsOf(platform, name), name).toHaveLength(1)
    const [prod] = await vpcsOf(platform, 'prod')
    await kp(['destroy', '--env', 'dev', '--yes', '--confirm', 'acme-dev'])
    expect(await vpcsOf(platform, 'dev')).toEqual([])
    expect((await vpcsOf(platform, 'prod'))[0]?.VpcId).toBe(prod?.VpcId)
    for (const name of ['staging', 'prod']) await kp(['plan', ...NETWORK, '--env', name, '--exit-code'])
  })
})

describe('two who apply at once', () => {
  it('one of them does it, and the other is told', async () => {
    // With a terraform that starts the provider by itself, as it does for people.
    const platform = await makeAwsPlatform({...moto, terraform: BY_TERRAFORM}, S3)
    const init = await platform.kp(['backend', 'init', '--yes', '--json'])
    expect(init.exit, init.stdout.slice(-3000) + init.stderr).toBe(0)
    // A colleague's clone has its own .kp/, and their machine its own store of providers.
    const clone = join(mkdtempSync(join(tmpdir(), 'kp-test-')), 'acme')
    cpSync(platform.root, clone, {recursive: true, filter: (path) => !path.includes('/.kp')})
    const plugins = join(clone, '..', 'plugins')
    mkdirSync(plugins)
    const up = ['up', ...NETWORK, '--yes', '--json']
    const both = await Promise.all([platform.start(up).done, startKp(up, {...platform.env, TF_PLUGIN_CACHE_DIR: plugins}, {cwd: clone, timeoutMs: 2_000_000}).done])
    const exits = both.map(({exit}) => exit ?? -1).toSorted((a, b) => a - b)
    expect(exits[0], both.map(({stdout, stderr}) => stdout.slice(-1500) + stderr).join('\n')).toBe(0)
    expect([0, 6]).toContain(exits[1])
    if (exits[1] === 6) expect(both.find(({exit}) => exit === 6)?.stdout).toContain('"code":"LOCKED"')
    expect(await vpcsOf(platform, 'dev')).toHaveLength(1)
    const again = await platform.kp(['plan', ...NETWORK, '--exit-code', '--json'])
    expect(again.exit, again.stdout.slice(-2000)).toBe(0)
  })
})
