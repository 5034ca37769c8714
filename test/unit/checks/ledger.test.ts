/** kp's ledger of what terraform made: by the lines that it prints. */
import {appendFileSync} from 'node:fs'
import {join} from 'node:path'
import {expect, it} from 'vitest'
import {noteLine, readLedger} from '../../../src/checks/terraform/ledger.ts'
import {tempFolder} from '../../helpers/temp.ts'

const NOW = Date.parse('2026-11-28T12:00:00Z')

it('keeps what was made until it is gone, by its address in its stack', () => {
  const folder = tempFolder()
  const say = (stack: 'network' | 'eks', line: string): void => noteLine(folder, stack, line, NOW)
  say('network', 'aws_vpc.this: Creating...')
  say('network', 'aws_vpc.this: Creation complete after 2s [id=vpc-1]')
  say('network', '  aws_subnet.private["eu-central-1a"]: Creation complete after 1s [id=subnet-1]')
  say('eks', 'aws_kms_key.secrets[0]: Creation complete after 11s [id=0d0bb9fa-9a31-4a42-8e3a-7dbd9c1a1f6e]')
  expect([...readLedger(folder).keys()]).toEqual(['vpc-1', 'subnet-1', '0d0bb9fa-9a31-4a42-8e3a-7dbd9c1a1f6e'])
  expect(readLedger(folder).get('vpc-1')).toEqual({maker: 'kp', because: "kp's ledger: made as aws_vpc.this on 2026-11-28"})
  say('network', 'aws_subnet.private["eu-central-1a"]: Destroying... [id=subnet-1]')
  say('network', 'aws_subnet.private["eu-central-1a"]: Destruction complete after 0s')
  expect([...readLedger(folder).keys()]).toEqual(['vpc-1', '0d0bb9fa-9a31-4a42-8e3a-7dbd9c1a1f6e'])
})

it('is not led astray by a replacement, nor by a line that a kill cut off', () => {
  const folder = tempFolder()
  noteLine(folder, 'network', 'aws_eip.nat["a"]: Creation complete after 1s [id=eipalloc-1]', NOW)
  noteLine(folder, 'network', 'aws_eip.nat["a"]: Creation complete after 1s [id=eipalloc-2]', NOW)
  noteLine(folder, 'network', 'aws_eip.nat["a"] (deposed object 1a2b): Destruction complete after 0s', NOW)
  appendFileSync(join(folder, 'ledger.jsonl'), '{"at":"2026-11-28T12:0')
  expect([...readLedger(folder).keys()]).toContain('eipalloc-2')
})
