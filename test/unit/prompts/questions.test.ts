/** The questions are data: each is whole, fits the schema of kp.yaml, and proposes what kp would do anyway. */
import {describe, expect, test} from 'vitest'
import {platformValue} from '../../../src/spec/defaults.ts'
import {formatPath, valueAt} from '../../../src/spec/paths.ts'
import {bodySchema, metadataSchema} from '../../../src/spec/schema/platform.ts'
import {PHASE_IDS} from '../../../src/spec/schema/phases.ts'
import {bare, branches, member} from '../../../src/spec/walk.ts'
import {asDraft, asPlatformAnswers, compose, suggestion} from '../../../src/prompts/interview.ts'
import {complete} from '../../../src/prompts/given.ts'
import {QUESTIONS} from '../../../src/prompts/questions/index.ts'
import {plain, type Question} from '../../../src/prompts/questions/types.ts'
import {parseSpec} from '../../../src/spec/load.ts'
import {resolveEnvironment} from '../../../src/spec/resolve.ts'
import {defaultPlatform} from '../../../src/spec/defaults.ts'
import {EVERYTHING} from './helper.ts'

const PROVIDER = {type: 'eks'}
const COLUMNS = 80
const INDENT = 6

/** The schema of the field that a question decides. */
function fieldOf({path, id}: Question): ReturnType<typeof member> {
  const [first, ...rest] = path
  if (first === 'metadata') return member(metadataSchema, rest[0] ?? '')
  if (first === 'environments') return bodySchema
  const provider = ['kubeconfig', 'flavour', 'context'].includes(id) ? {type: 'existing'} : ['api-endpoint', 'control-planes', 'workers', 'load-balancer-addresses'].includes(id) ? {type: 'bare-metal'} : PROVIDER
  return path.reduce<ReturnType<typeof member>>((here, part, depth) => (here === undefined ? undefined : member(here, part, path[depth - 1] === 'provider' ? provider : branchWith(here, part))), bodySchema)
}

/** Of a tagged union, a value of the branch that has this field. */
function branchWith(schema: NonNullable<ReturnType<typeof member>>, part: string | number): object | undefined {
  const found = branches(schema).find((branch) => Object.hasOwn(branch.schema.shape, part))
  return found === undefined ? undefined : {[found.tag]: found.name}
}

/** The values that a field may have. */
function valuesOf(question: Question): string[] {
  if (formatPath(question.path) === 'provider.type') return branches(bodySchema.shape.provider).map(({name}) => name)
  if (question.id === 'logging') return branches(bodySchema.shape.phases.unwrap().shape.logging.unwrap().shape.backend).map(({name}) => name)
  if (question.id === 'alerts') return ['slack', 'pagerduty', 'opsgenie', 'webhook', 'email', 'none']
  const field = fieldOf(question)
  return field === undefined ? [] : ((bare(field) as {options?: string[]}).options ?? [])
}

describe.each(QUESTIONS.map((question): [string, Question] => [question.id, question]))('--%s', (id, question) => {
  test('decides a field of kp.yaml, of a phase that there is', () => {
    expect(fieldOf(question) ?? (id === 'logging' ? 'a union' : undefined), formatPath(question.path)).toBeDefined()
    expect(PHASE_IDS).toContain(question.phase)
  })

  test('explains itself and each choice in two lines of 80 columns', () => {
    expect(id).toMatch(/^[a-z][a-z0-9-]*$/)
    expect(question.title).toMatch(/^\S.*[^.?]$/)
    for (const line of question.why) expect(line).toMatch(/^.{10,80}[.?]$/)
    for (const {value, lines} of question.choices ?? []) for (const line of lines) expect(line, value).toMatch(new RegExp(`^.{10,${COLUMNS - INDENT - 1}}\\.$`))
    if (question.when !== undefined) expect(question.needs).toBeDefined()
  })

  test('has its lines for every value of the field', () => {
    const values = (question.choices ?? []).map(({value}) => value)
    if (question.kind === 'switch') expect(values).toEqual(['yes', 'no'])
    else if (question.kind === 'choice') expect(new Set(values)).toEqual(new Set([...valuesOf(question), ...(question.off === undefined ? [] : [question.off])]))
    else expect(values).toEqual([])
  })
})

describe('all questions', () => {
  test('stand in the order of the phases, each with an id of its own', () => {
    const order = QUESTIONS.map(({phase}) => PHASE_IDS.indexOf(phase as (typeof PHASE_IDS)[number]))
    expect(order).toEqual(order.toSorted((a, b) => a - b))
    expect(new Set(QUESTIONS.map(({id}) => id)).size).toBe(QUESTIONS.length)
  })

  test.each(['lab', 'existing', 'eks', 'kubeadm-aws'])('propose what kp does by itself on %s', (type) => {
    const own: Record<string, string> = {name: 'acme', provider: type, region: 'eu-central-1', email: 'ops@acme.test', domain: 'acme.example.org'}
    const given = Object.fromEntries(Object.entries(own).filter(([id]) => id !== 'region' || type === 'eks' || type === 'kubeadm-aws').filter(([id]) => id !== 'email' || type !== 'lab'))
    const {answers, missing} = complete(given, 'acme', EVERYTHING)
    expect(missing).toEqual([])
    const {spec} = parseSpec('kp.yaml', defaultPlatform(asPlatformAnswers(compose(answers, EVERYTHING))))
    const resolved = resolveEnvironment(spec, undefined)
    let looked = 0
    for (const question of QUESTIONS) {
      const proposed = answers[question.id]
      if (proposed === undefined || proposed === '' || question.store !== undefined || question.path[0] === 'metadata' || id(question) in own) continue
      if (proposed === question.off) continue
      expect([plain(proposed), Number(proposed)], question.id).toContain(asPlain(valueAt(resolved, question.path)))
      looked++
    }
    expect(looked).toBeGreaterThan(15)
  })

  test('answered with what is proposed write the kp.yaml of --defaults', () => {
    const {answers} = complete({}, 'acme', EVERYTHING)
    expect(platformValue(asPlatformAnswers(compose(answers, EVERYTHING)))).toEqual(platformValue({name: 'acme'}))
    for (const question of QUESTIONS) if (answers[question.id] !== undefined && question.kind === 'choice') expect(answers[question.id]).toBe(suggestion(question, answers, EVERYTHING))
  })

  test('keep what a file says beside the kind of a thing, and the kind with it', () => {
    const setting = {...EVERYTHING, base: asDraft({phases: {logging: {backend: {type: 'opensearch', replicas: 1}}}})}
    const {answers} = complete({}, 'acme', setting)
    expect(valueAt(compose(answers, setting), ['phases', 'logging', 'backend'])).toEqual({type: 'opensearch', replicas: 1})
    expect(valueAt(compose(complete({'log-retention': '30d'}, 'acme', EVERYTHING).answers, EVERYTHING), ['phases', 'logging', 'backend'])).toEqual({type: 'opensearch', retention: '30d'})
    expect(valueAt(compose(complete({logging: 'none'}, 'acme', setting).answers, setting), ['phases', 'logging', 'enabled'])).toBe(false)
  })

  test('what is switched on without a kind is on: with the first, which is kp\'s own', () => {
    const setting = {...EVERYTHING, base: asDraft({phases: {mesh: {enabled: true, retries: 3}}})}
    const draft = compose(complete({}, 'acme', setting).answers, setting)
    const {spec} = parseSpec('kp.yaml', defaultPlatform(asPlatformAnswers(draft)))
    expect(resolveEnvironment(spec, undefined).phases.mesh).toMatchObject({enabled: true, type: 'linkerd', retries: 3})
    const short = parseSpec('kp.yaml', defaultPlatform({name: 'acme', phases: {mesh: {enabled: true}}}))
    expect(resolveEnvironment(short.spec, undefined).phases.mesh.type).toBe('linkerd')
  })
})

const id = (question: Question): string => question.id
const asPlain = (value: unknown): unknown => (typeof value === 'boolean' || Array.isArray(value) ? plain(value as boolean | string[]) : value)
