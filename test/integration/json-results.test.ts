/** What every command prints with --json on a platform that runs: one document, or events and a result, as its schema says. */
import {beforeAll, describe, expect, it} from 'vitest'
import {RESULT_SCHEMAS} from '../../src/ui/schemas/index.ts'
import type {ResultName} from '../../src/ui/schemas/index.ts'
import {openTestPlatform} from '../helpers/platform.ts'
import type {TestPlatform} from '../helpers/platform.ts'

let platform: TestPlatform

beforeAll(async () => {
  platform = await openTestPlatform({name: 'shared', build: 'shared', lean: true})
}, 300_000)

/** Command, name of its result, exit code, whether events come before the result. */
const COMMANDS: [args: string, name: ResultName, exit: number, events: boolean][] = [
  ['plan', 'plan', 0, false],
  ['plan cert-manager --exit-code', 'plan', 0, false],
  ['verify', 'verify', 0, false],
  ['verify --check cert-manager.api', 'verify', 0, false],
  ['status', 'status', 0, false],
  ['doctor', 'doctor', 0, false],
  ['render', 'render', 0, false],
  ['history', 'history', 0, false],
  ['kubeconfig', 'kubeconfig', 0, false],
  ['bind --yes --confirm shared', 'bind', 0, false],
  ['explain ingress', 'explain', 0, false],
  ['explain ingress/release', 'explain', 0, false],
  ['explain ingress.controller-ready', 'explain', 0, false],
  ['explain KP0601', 'explain', 0, false],
  ['tools', 'tools', 0, false],
  ['lab status shared', 'lab-status', 0, false],
  ['lab list', 'lab-list', 0, false],
  ['lab down nobody --yes', 'lab-down', 0, false],
  ['up --yes', 'up', 0, true],
  ['up --dry-run', 'up', 0, true],
  ['step cni --yes', 'step', 0, true],
  ['step cni --plan', 'plan', 0, false],
  ['step cni --verify-only', 'verify', 0, false],
  ['lab up shared', 'lab-up', 0, true],
]

describe.each(COMMANDS)('kp %s --json', (args, name, exit, events) => {
  it(`is kp/${name}/v1`, async () => {
    const result = await platform.kp([...args.split(' '), '--json'])
    expect(result.exit, result.stdout.slice(-2000) + result.stderr).toBe(exit)
    const value = result.json()
    expect(RESULT_SCHEMAS[name].strict().parse(value)).toEqual(value)
    expect(value['schema']).toBe(`kp/${name}/v1`)
    const lines = result.stdout.split('\n')
    expect(lines.at(-1)).toBe('')
    if (!events) expect(lines).toHaveLength(2)
    for (const line of lines.slice(0, -2)) expect(JSON.parse(line)).toMatchObject({event: expect.any(String) as string, time: expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/) as string})
    expect(result.stdout).not.toContain('\u001B[')
  })
})

it('verify --output json prints the same bytes as --json', async () => {
  const withoutTimes = (text: string): string => text.replaceAll(/"durationMs":\d+/g, '"durationMs":0')
  const one = await platform.kpOk(['verify', 'cni', '--json'])
  const other = await platform.kpOk(['verify', 'cni', '--output', 'json'])
  expect(withoutTimes(other.stdout)).toBe(withoutTimes(one.stdout))
})
