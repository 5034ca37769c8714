import {describe, expect, it} from 'vitest'
import type {PlanJson} from '../../../../src/components/terraform/plan.ts'
import {summarizePlan} from '../../../../src/components/terraform/plan.ts'

const change = (address: string, actions: string[], before: unknown, after: unknown, more: object = {}) => ({address, mode: 'managed', type: address.split('.')[0] ?? '', change: {actions, before, after, ...more}})
const summarize = (plan: PlanJson) => summarizePlan(plan, 'eu-central-1')

describe('a plan of terraform', () => {
  it('that only creates is absent, with everything that is missing', () => {
    const plan = summarize({resource_changes: [change('aws_vpc.this', ['create'], null, {cidr_block: '10.0.0.0/16'}), change('aws_eip.nat["a"]', ['no-op'], {id: 1}, {id: 1})]})
    expect(plan).toMatchObject({state: 'absent', counts: '1 to add, 0 to change, 0 to destroy', lines: ['+ aws_vpc.this'], differences: [{object: 'aws_vpc.this'}], goes: []})
  })

  it('names the fields that differ, once', () => {
    const plan = summarize({
      resource_changes: [change('aws_vpc.this', ['update'], {tags: {Name: 'theirs'}, tags_all: {Name: 'theirs'}, id: 'vpc-1'}, {tags: {Name: 'ours'}, tags_all: {Name: 'ours'}, id: 'vpc-1'})],
      resource_drift: [change('aws_vpc.this', ['update'], {}, {})],
    })
    expect(plan.state).toBe('drifted')
    expect(plan.differences).toEqual([{object: 'aws_vpc.this', field: 'tags.Name', seen: 'theirs', wanted: 'ours'}])
    expect(plan.lines).toEqual(['~ aws_vpc.this', '    tags.Name: theirs -> ours'])
    expect(plan.counts).toBe('0 to add, 1 to change, 0 to destroy (1 changed outside of kp)')
  })

  it('tells of what somebody deleted as drift', () => {
    const plan = summarize({resource_changes: [change('aws_route.nat["a"]', ['create'], null, {})], resource_drift: [change('aws_route.nat["a"]', ['delete'], {}, null)]})
    expect(plan.state).toBe('drifted')
  })

  it('names what goes, also where it is replaced', () => {
    const plan = summarize({resource_changes: [change('aws_subnet.a', ['delete', 'create'], {cidr_block: 'a', id: '1'}, {cidr_block: 'b'}, {after_unknown: {id: true}}), change('aws_eip.b', ['delete'], {}, null)]})
    expect(plan.goes).toEqual([
      {address: 'aws_eip.b', type: 'aws_eip', replaced: false, monthly: 0.005 * 730},
      {address: 'aws_subnet.a', type: 'aws_subnet', replaced: true, monthly: 0},
    ])
    expect(plan.lines[0]).toBe('-/+ aws_subnet.a')
    expect(plan.counts).toBe('1 to add, 0 to change, 2 to destroy')
  })

  it('shows no value that is sensitive', () => {
    const plan = summarize({resource_changes: [change('aws_x.a', ['update'], {user: {password: 'old-secret'}}, {user: {password: 'new-secret'}}, {before_sensitive: {user: {password: true}}, after_sensitive: {}})]})
    expect(JSON.stringify(plan)).not.toContain('secret')
    expect(plan.differences).toEqual([{object: 'aws_x.a', field: 'user.password', seen: '(sensitive)', wanted: '(sensitive)'}])
  })

  it('is satisfied where nothing changes, and knows of outputs', () => {
    expect(summarize({}).state).toBe('satisfied')
    expect(summarize({resource_changes: [change('data.aws_x.y', ['read'], null, {})]}).state).toBe('satisfied')
    expect(summarize({output_changes: {vpc_id: {actions: ['update']}}})).toMatchObject({state: 'drifted', lines: ['~ output vpc_id']})
  })
})
