import {writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {describe, expect, it} from 'vitest'
import {KpError} from '../../../src/engine/errors.ts'
import type {Exec, ToolCall, ToolResult} from '../../../src/engine/types.ts'
import {secretReader} from '../../../src/platform/secret-values.ts'
import {tempFolder} from '../../helpers/temp.ts'

function reader(answer: (call: ToolCall) => string): {read: ReturnType<typeof secretReader>; learned: string[]; calls: ToolCall[]} {
  const root = tempFolder()
  writeFileSync(join(root, 'token'), 'from-a-file\n')
  const learned: string[] = []
  const calls: ToolCall[] = []
  const exec: Exec = {
    run(call) {
      calls.push(call)
      return Promise.resolve().then(() => ({exitCode: 0, stdout: answer(call), stderr: '', durationMs: 1, commandLine: '', recorded: false}) satisfies ToolResult)
    },
  }
  const references = {plain: 'env:TOKEN', unset: 'env:UNSET', file: 'file:token', nofile: 'file:nothing', aws: 'aws-sm:acme/dns', key: 'aws-sm:acme/dns#token', vault: 'vault:kv/dns#token'}
  return {read: secretReader({references, env: {TOKEN: 'from-env'}, root, exec, learn: (value) => learned.push(value)}), learned, calls}
}

describe('secretReader', () => {
  it('reads variables and files, and tells what it read before anybody else knows', async () => {
    const {read, learned} = reader(() => '')
    expect(await read('plain')).toEqual({value: 'from-env'})
    expect(await read('file')).toEqual({value: 'from-a-file'})
    expect(learned).toEqual(['from-env', 'from-a-file'])
  })

  it.each([
    ['unset', 'the variable UNSET is not set'],
    ['nofile', 'the file nothing cannot be read'],
    ['other', 'secrets has no entry other'],
  ])('says why %s has no value', async (name, reason) => {
    expect(await reader(() => '').read(name)).toEqual({reason})
  })

  it('asks AWS Secrets Manager once for a whole secret', async () => {
    const {read, calls} = reader(() => 'whole\n')
    expect(await read('aws')).toEqual({value: 'whole'})
    expect(await read('aws')).toEqual({value: 'whole'})
    expect(calls.map(({tool, mutates}) => ({tool, mutates}))).toEqual([{tool: 'aws', mutates: false}])
    expect(calls[0]?.args).toContain('acme/dns')
  })

  it('takes one key of a JSON secret, and says where there is none', async () => {
    expect(await reader(() => '{"token":"one"}').read('key')).toEqual({value: 'one'})
    expect(await reader(() => '{"other":"one"}').read('key')).toEqual({reason: 'the secret acme/dns has no text under token'})
    expect(await reader(() => 'plain').read('key')).toEqual({reason: 'the secret acme/dns is no JSON object, so it has no key token'})
  })

  it('asks Vault for a field', async () => {
    const {read, calls} = reader(() => 'v')
    expect(await read('vault')).toEqual({value: 'v'})
    expect(calls[0]?.args).toEqual(['kv', 'get', '-field=token', 'kv/dns'])
  })

  it('gives the reason of a store that does not answer', async () => {
    const {read} = reader(() => {
      throw new KpError({code: 'TOOL_MISSING', message: 'vault is not installed'})
    })
    expect(await read('vault')).toEqual({reason: 'vault is not installed'})
  })
})
