import {mkdirSync, readdirSync, readFileSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {describe, expect, it} from 'vitest'
import {KpError} from '../../../src/engine/errors.ts'
import type {Exec, ToolCall} from '../../../src/engine/types.ts'
import {applyPlan, plan, stateLock} from '../../../src/tools/terraform.ts'
import {isReady, layFolder, markReady, takePins} from '../../../src/tools/terraform-folder.ts'
import {tempFolder} from '../../helpers/temp.ts'

// terraform 1.11.4 with a lock file in a bucket: terraform apply, while another one ran
const HELD = `
Error: Error acquiring the state lock

Error message: operation error S3: PutObject, https response error StatusCode:
412, RequestID: x, HostID: y, api error PreconditionFailed: At least one of
the pre-conditions you specified did not hold
Lock Info:
  ID:        5d0bb9fa-9a31-4a42-8e3a-7dbd9c1a1f6e
  Path:      acme-state/acme/dev/network/terraform.tfstate
  Operation: OperationTypeApply
  Who:       jane@build-7
  Version:   1.11.4
  Created:   2026-11-28 19:02:11.123456789 +0000 UTC
  Info:      
`

const answering = (result: Partial<{exitCode: number; stdout: string}> | KpError): {exec: Exec; calls: ToolCall[]} => {
  const calls: ToolCall[] = []
  const exec: Exec = {
    run(call) {
      calls.push(call)
      return result instanceof KpError ? Promise.reject(result) : Promise.resolve({exitCode: 0, stdout: '', stderr: '', durationMs: 1, commandLine: 'terraform', recorded: false, ...result})
    },
  }
  return {exec, calls}
}

describe('terraform', () => {
  it('is kept to its folder, whatever the environment says', async () => {
    const {exec, calls} = answering({exitCode: 2})
    await plan({exec, tool: 'terraform', folder: '/stack', env: {TF_WORKSPACE: 'theirs', TF_DATA_DIR: '/elsewhere'}}, {doing: 'look'})
    expect(calls[0]).toMatchObject({cwd: '/stack', mutates: false, okExitCodes: [0, 2], env: {TF_WORKSPACE: '', TF_DATA_DIR: '.terraform', TF_IN_AUTOMATION: '1', TF_CLI_ARGS: ''}})
    expect(calls[0]?.args).toContain('-lock=false')
  })

  it('applies the saved plan alone, and is stopped as by Ctrl-C with time to save its state', async () => {
    const {exec, calls} = answering({})
    await applyPlan({exec, tool: 'tofu', folder: '/stack', env: {}}, {doing: 'make', timeoutMs: 1000, onLine: () => {}})
    expect(calls[0]).toMatchObject({tool: 'tofu', mutates: true, stopSignal: 'SIGINT', args: ['apply', '-input=false', '-no-color', '-lock-timeout=0s', 'kp.tfplan']})
    expect(calls[0]?.graceMs).toBeGreaterThan(15 * 60_000)
  })

  it('fails with what it says went wrong, not with its last line', async () => {
    const {exec} = answering(new KpError({code: 'TOOL_FAILED', message: 'terraform ended with exit code 1: again.', tool: {name: 'terraform', command: 'terraform plan', exitCode: 1, output: '\nError: creating EC2 VPC: VpcLimitExceeded: The maximum number of VPCs has been reached.\n\n  with aws_vpc.this,\n  on main.tf line 10:\n'}}))
    await expect(plan({exec, tool: 'terraform', folder: '/stack', env: {}}, {doing: 'look'})).rejects.toMatchObject({code: 'TOOL_FAILED', message: 'terraform: creating EC2 VPC: VpcLimitExceeded: The maximum number of VPCs has been reached.'})
  })

  it('tells who holds the lock of a state', () => {
    expect(stateLock(HELD)).toEqual({id: '5d0bb9fa-9a31-4a42-8e3a-7dbd9c1a1f6e', who: 'jane@build-7', operation: 'apply', created: '2026-11-28 19:02:11.123456789 +0000 UTC'})
    expect(stateLock('Error: creating EC2 VPC: VpcLimitExceeded')).toBeUndefined()
  })
})

describe('the folder of a stack', () => {
  it('holds the files of now and what terraform keeps', () => {
    const folder = tempFolder()
    layFolder(folder, [{name: 'main.tf', text: 'a'}, {name: 'old.tf', text: 'b'}])
    writeFileSync(join(folder, 'terraform.tfstate'), 'state')
    layFolder(folder, [{name: 'main.tf', text: 'c'}])
    expect(readdirSync(folder).toSorted()).toEqual(['main.tf', 'terraform.tfstate'])
    expect(readFileSync(join(folder, 'main.tf'), 'utf8')).toBe('c')
  })

  it('is made ready again for another backend, other pins and another program', () => {
    const folder = tempFolder()
    layFolder(folder, [{name: 'state.tf', text: 'local'}])
    markReady(folder, 'terraform')
    expect(isReady(folder, 'terraform')).toBe(false)
    mkdirSync(join(folder, '.terraform'))
    expect(isReady(folder, 'terraform')).toBe(true)
    expect(isReady(folder, 'tofu')).toBe(false)
    layFolder(folder, [{name: 'state.tf', text: 's3'}])
    expect(isReady(folder, 'terraform')).toBe(false)
  })

  it('takes the pins of the repository first, else those of another stack', () => {
    const [folder, repository, other] = [tempFolder(), tempFolder(), tempFolder()]
    writeFileSync(join(other, '.terraform.lock.hcl'), 'theirs')
    takePins(folder, repository, [other])
    expect(readFileSync(join(folder, '.terraform.lock.hcl'), 'utf8')).toBe('theirs')
    writeFileSync(join(repository, '.terraform.lock.hcl'), 'agreed')
    takePins(folder, repository, [other])
    expect(readFileSync(join(folder, '.terraform.lock.hcl'), 'utf8')).toBe('agreed')
  })
})
