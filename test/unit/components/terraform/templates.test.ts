/** Every resource, argument and block of the stacks is one that the AWS provider has. */
import {globSync, readFileSync} from 'node:fs'
import {join} from 'node:path'
import {describe, expect, it} from 'vitest'
import {readHcl} from '../../../helpers/hcl.ts'
import type {HclBlock} from '../../../helpers/hcl.ts'
import {PROJECT} from '../../../helpers/run-kp.ts'
import {STACK_IDS, stacksOf} from '../../../../src/components/terraform/ids.ts'
import {stackFiles, VARIABLES_FILE} from '../../../../src/components/terraform/stacks.ts'
import type {StackId} from '../../../../src/components/terraform/ids.ts'
import {eksSpec} from '../../../helpers/eks.ts'
import {kubeadmSpec} from '../../../helpers/kubeadm.ts'

interface SchemaBlock {
  arguments: Record<string, 'required' | 'optional' | 'computed'>
  blocks?: Record<string, SchemaBlock>
  min?: number
}

const schema = JSON.parse(readFileSync(join(PROJECT, 'test', 'data', 'terraform', 'aws-schema.json'), 'utf8')) as {resources: Record<string, SchemaBlock>; data: Record<string, SchemaBlock>}
/** A platform that has the stack. */
const specOf = (stack: StackId) => (stacksOf('eks').includes(stack) ? eksSpec() : kubeadmSpec())
const META = ['count', 'for_each', 'depends_on', 'provider']
const files = globSync('templates/terraform/**/*.tf', {cwd: PROJECT}).toSorted()

/** What of a block the schema does not have, or wants and does not get. */
function complaints(block: HclBlock, known: SchemaBlock, path: string): string[] {
  const inner = block.blocks.filter(({type}) => type !== 'lifecycle').map((one) => (one.type === 'dynamic' ? {...(one.blocks.find(({type}) => type === 'content') ?? one), type: one.labels[0] ?? ''} : one))
  const given = new Set(block.arguments.filter((name) => !META.includes(name)))
  return [
    ...[...given].filter((name) => known.arguments[name] === undefined).map((name) => `${path} has no argument ${name}`),
    ...[...given].filter((name) => known.arguments[name] === 'computed').map((name) => `${path}.${name} cannot be set`),
    ...Object.entries(known.arguments).filter(([name, kind]) => kind === 'required' && !given.has(name)).map(([name]) => `${path} lacks ${name}`),
    ...Object.entries(known.blocks ?? {}).filter(([name, {min}]) => (min ?? 0) > 0 && !inner.some(({type}) => type === name)).map(([name]) => `${path} lacks the block ${name}`),
    ...inner.flatMap((one) => {
      const schemaOf = known.blocks?.[one.type]
      return schemaOf === undefined ? [`${path} has no block ${one.type}`] : complaints(one, schemaOf, `${path}.${one.type}`)
    }),
  ]
}

function held(text: string): string[] {
  return readHcl(text).flatMap((block) => {
    const [type = '', name = ''] = block.labels
    if (block.type !== 'resource' && block.type !== 'data') return []
    if (type === 'terraform_remote_state') return []
    const known = (block.type === 'resource' ? schema.resources : schema.data)[type]
    return known === undefined ? [`${type} is not in the schema: node scripts/terraform-schema.ts`] : complaints(block, known, `${type}.${name}`)
  })
}

describe('the stacks of terraform', () => {
  it.each(files)('%s uses what the AWS provider has', (file) => {
    expect(held(readFileSync(join(PROJECT, file), 'utf8'))).toEqual([])
  })

  it.each([
    ['an argument that there is not', 'resource "aws_vpc" "this" {\n  cidr = "10.0.0.0/16"\n}', 'aws_vpc.this has no argument cidr'],
    ['one that cannot be set', 'resource "aws_vpc" "this" {\n  arn = "x"\n}', 'aws_vpc.this.arn cannot be set'],
    ['one that is missing', 'resource "aws_subnet" "this" {\n}', 'aws_subnet.this lacks vpc_id'],
    ['a block that there is not', 'resource "aws_vpc" "this" {\n  ebs {\n  }\n}', 'aws_vpc.this has no block ebs'],
    ['an argument in a dynamic block', 'resource "aws_eks_node_group" "x" {\n  dynamic "taint" {\n    for_each = []\n\n    content {\n      colour = 1\n    }\n  }\n}', 'aws_eks_node_group.x.taint has no argument colour'],
    ['a resource that there is not', 'resource "aws_vpcs" "this" {\n}', 'aws_vpcs is not in the schema: node scripts/terraform-schema.ts'],
  ])('finds %s', (_what, text, complaint) => {
    expect(held(text)).toContain(complaint)
  })

  it.each(STACK_IDS)('every variable of %s has a value, and none is too many', (stack) => {
    const rendered = stackFiles({home: PROJECT, spec: specOf(stack), zones: ['eu-central-1a', 'eu-central-1b', 'eu-central-1c'], stack, place: {local: (name) => `../${name}.tfstate`}})
    const variables = rendered.filter(({name}) => name.endsWith('.tf')).flatMap(({text}) => readHcl(text)).filter(({type}) => type === 'variable')
    const values = Object.keys(JSON.parse(rendered.find(({name}) => name === VARIABLES_FILE)?.text ?? '{}') as object)
    expect(values.toSorted()).toEqual(variables.map(({labels}) => labels[0] ?? '').toSorted())
  })

  it.each(STACK_IDS)('%s says of each variable what it is, and refers to nothing that is not there', (stack) => {
    const text = stackFiles({home: PROJECT, spec: specOf(stack), zones: ['a', 'b', 'c'], stack, place: {local: (name) => name}}).filter(({name}) => name.endsWith('.tf')).map((file) => file.text).join('\n')
    const blocks = readHcl(text)
    for (const block of blocks.filter(({type}) => type === 'variable')) expect(block.arguments, block.labels[0]).toContain('description')
    const declared = new Set(blocks.filter(({type}) => type === 'variable').map(({labels}) => labels[0]))
    const used = new Set([...text.matchAll(/\bvar\.(\w+)/g)].map(([, name]) => name))
    expect([...used].filter((name) => !declared.has(name))).toEqual([])
    expect([...declared].filter((name) => !used.has(name))).toEqual([])
    const made = new Set(blocks.filter(({type}) => type === 'resource').map(({labels}) => labels.join('.')))
    const named = new Set([...text.matchAll(/\b(aws_\w+\.\w+)/g)].map(([, name]) => name).filter((name) => !text.includes(`data.${name}`)))
    expect([...named].filter((name) => !made.has(name ?? ''))).toEqual([])
  })
})
