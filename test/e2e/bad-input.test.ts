/** What kp answers to a kp.yaml, a command line or a folder that is wrong: exit code, words, next action. No cluster. */
import {mkdirSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {describe, expect, test} from 'vitest'
import {kpEnvironment, startKp} from '../helpers/run-kp.ts'
import type {KpResult} from '../helpers/run-kp.ts'
import {tempFolder} from '../helpers/temp.ts'

interface ErrorBody {
  code: string
  exit: number
  message: string
  details: string[]
  next: string[]
}

const BASE = 'apiVersion: kp.dev/v1alpha1\nkind: Platform\nmetadata: {name: demo}\nprovider: {type: lab}\n'
const ONE = `${BASE}environments: [{name: lab, cluster: demo}]\n`
const TWO = `${BASE}environments: [{name: dev, cluster: demo-dev}, {name: prod, cluster: demo-prod, protected: true}]\n`

function platform(text: string | Uint8Array): string {
  const folder = join(tempFolder(), 'a platform')
  mkdirSync(folder)
  writeFileSync(join(folder, 'kp.yaml'), text)
  return folder
}

function kp(cwd: string, ...args: string[]): Promise<KpResult> {
  return startKp(args, kpEnvironment(join(cwd, '.state'), {KP_ENV: undefined}), {cwd, timeoutMs: 30_000}).done
}

/** Runs with `--json`, and holds what is said there against the exit code. */
async function refusal(cwd: string, ...args: string[]): Promise<ErrorBody> {
  const result = await kp(cwd, ...args, '--json')
  const error = result.json<ErrorBody>()
  expect(error.exit).toBe(result.exit)
  expect(error.next, 'a next action').not.toEqual([])
  return error
}

describe('kp.yaml', () => {
  test.each<[string, string | Uint8Array, string]>([
    ['empty', '', 'kp.yaml:1:1  the file is empty'],
    ['binary', Uint8Array.from([0xff, 0xfe, 0, 1]), 'not UTF-8'],
    ['a wrong choice', `${ONE}phases:\n  cni: {plugin: celium}\n`, 'kp.yaml:7:17  phases.cni.plugin'],
    ['a value that the chart does not know', `${ONE}components: {cert-manager: {values: {replicaCuont: 3}}}\n`, 'did you mean "replicaCount"?'],
    ['a secret in clear text', `${ONE}secrets: {token: hunter2hunter2}\n`, 'secrets.token  must be a reference'],
    ['what cannot be built yet', `${ONE}phases: {deliverables: {harbor: {enabled: true}}}\n`, 'phases.deliverables.harbor.enabled: true cannot be built yet'],
  ])('%s', async (_, text, said) => {
    const error = await refusal(platform(text), 'plan')
    expect(error).toMatchObject({code: 'SPEC_INVALID', exit: 3})
    expect(error.details.join('\n')).toContain(said)
    expect(JSON.stringify(error)).not.toContain('hunter2')
  })

  test('every problem is told at once', async () => {
    const error = await refusal(platform(`${ONE}domain: 5\nnodePool: []\nphases:\n  cni: {plugin: calicoo}\n`), 'plan')
    expect(error.details).toHaveLength(3)
  })

  test.each([[['up', '--yes']], [['kubeconfig']]])('there is none: %s', async (args) => {
    expect(await refusal(tempFolder(), ...args)).toMatchObject({code: 'SPEC_MISSING', exit: 3})
  })
})

describe('the command line', () => {
  test.each([
    ['an unknown phase', ['plan', 'certmanager'], 'UNKNOWN_PHASE', 2, 'did you mean "cert-manager"?'],
    ['an unknown command', ['plna'], 'USAGE', 2, 'did you mean "plan"?'],
    ['an unknown flag', ['plan', '--olny', 'cni'], 'USAGE', 2, '--olny'],
    ['an unknown check', ['verify', '--check', 'cni.agent'], 'USAGE', 2, 'did you mean "cni.agent-ready"?'],
    ['an unknown environment', ['plan', '--env', 'prd'], 'ENVIRONMENT_UNKNOWN', 3, '"prd"'],
    ['a plan that is not there', ['up', '--plan', 'nope.json', '--yes'], 'USAGE', 2, 'nope.json'],
    ['no terminal and no --yes', ['up'], 'NO_TERMINAL', 2, '--yes'],
    ['a selection that leaves nothing', ['plan', '--from', 'ingress', '--to', 'cni'], 'USAGE', 2, 'leaves no phase'],
  ])('%s', async (_, args, code, exit, said) => {
    const error = await refusal(platform(ONE), ...args)
    expect(error).toMatchObject({code, exit})
    expect(error.message).toContain(said)
  })

  test('several environments want a name, and a protected one wants the name of its cluster', async () => {
    const folder = platform(TWO)
    expect(await refusal(folder, 'plan')).toMatchObject({exit: 2, next: ['--env dev', '--env prod']})
    expect(await refusal(folder, 'up', '--env', 'prod', '--yes')).toMatchObject({code: 'NOT_CONFIRMED', exit: 7})
    expect(await refusal(folder, 'up', '--env', 'prod', '--yes', '--confirm', 'demo-dev')).toMatchObject({code: 'NOT_CONFIRMED', exit: 7})
    expect((await kp(folder, 'render', '--yes')).exit, 'what is about all environments wants none').toBe(0)
  })

  test('an answer that is not allowed is an error of the answer, and nothing is written', async () => {
    const folder = tempFolder()
    const error = await refusal(folder, 'init', 'x', '--defaults', '--domain', 'bad domain')
    expect(error).toMatchObject({code: 'USAGE', exit: 2})
    expect(error.message).toMatch(/^--domain: /)
    expect((await kp(folder, 'status', '-C', 'x', '--json')).exit).toBe(3)
  })
})

describe('folders', () => {
  test('kp finds the platform from a folder below it, and takes -C', async () => {
    const folder = platform(ONE)
    const below = join(folder, 'clusters', 'lab')
    mkdirSync(below, {recursive: true})
    for (const result of [await kp(below, 'status', '--json'), await kp(tempFolder(), 'status', '-C', folder, '--json')]) {
      expect(result.json()).toMatchObject({cluster: 'demo', next: 'kp up'})
    }
  })

  test('init quotes the folder in what to do next', async () => {
    const {stdout} = await kp(tempFolder(), 'init', 'My Platform', '--defaults')
    expect(stdout).toContain("cd 'My Platform'")
  })
})

test('before there is a cluster, verify knows nothing, plan builds all, and each says why once', async () => {
  const folder = platform(ONE)
  const verified = await kp(folder, 'verify', '--wait', '0')
  expect(verified.exit).toBe(8)
  expect(verified.stdout.match(/there is no lab demo yet/g)).toHaveLength(1)
  // What is known of phase 0 without a cluster: the folder is in no Git repository, and nobody owns the platform.
  expect(verified.stdout.match(/(?<=pitfall +)KP\d+/g)).toEqual(['KP0003', 'KP0004'])
  const planned = await kp(folder, 'plan')
  expect(planned.stdout.match(/there is no lab demo yet/gi)).toHaveLength(1)
  expect(planned.exit).toBe(0)
})
