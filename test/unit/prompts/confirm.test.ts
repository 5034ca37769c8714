import {PassThrough} from 'node:stream'
import {describe, expect, test} from 'vitest'
import {KpError} from '../../../src/engine/errors.ts'
import {confirm} from '../../../src/prompts/confirm.ts'
import {decideConfirmation} from '../../../src/prompts/confirmation.ts'
import type {ConfirmationRequest} from '../../../src/prompts/confirmation.ts'

const BASE: ConfirmationRequest = {risk: 'changes', what: 'Build 3 steps in acme-dev', cluster: 'acme-dev', protected: false, yes: false, confirmName: undefined, isTTY: false}

function outcome(request: Partial<ConfirmationRequest>): string {
  const decision = decideConfirmation({...BASE, ...request})
  return decision.kind === 'refuse' ? decision.error.code : decision.kind
}

describe('the confirmation table', () => {
  test.each<[Partial<ConfirmationRequest>, string]>([
    // without a terminal
    [{}, 'NO_TERMINAL'],
    [{yes: true}, 'proceed'],
    [{protected: true}, 'NO_TERMINAL'],
    [{protected: true, yes: true}, 'NOT_CONFIRMED'],
    [{protected: true, yes: true, confirmName: 'acme-dev'}, 'proceed'],
    [{risk: 'disrupts', yes: true}, 'proceed'],
    [{risk: 'disrupts', yes: true, protected: true}, 'NOT_CONFIRMED'],
    [{risk: 'destroys', yes: true}, 'NOT_CONFIRMED'],
    [{risk: 'destroys', yes: true, confirmName: 'acme-dev'}, 'proceed'],
    [{risk: 'destroys', yes: true, yesIsEnough: true}, 'proceed'],
    [{risk: 'destroys', confirmName: 'acme-dev'}, 'NO_TERMINAL'],
    [{yes: true, confirmName: 'acme-prod'}, 'NOT_CONFIRMED'],
    // on a terminal
    [{isTTY: true}, 'ask'],
    [{isTTY: true, yes: true}, 'proceed'],
    [{isTTY: true, protected: true}, 'ask-name'],
    [{isTTY: true, protected: true, yes: true}, 'ask-name'],
    [{isTTY: true, risk: 'disrupts'}, 'ask-name'],
    [{isTTY: true, risk: 'disrupts', yes: true}, 'proceed'],
    [{isTTY: true, risk: 'destroys', yes: true}, 'ask-name'],
    [{isTTY: true, risk: 'destroys', yes: true, confirmName: 'acme-prod'}, 'NOT_CONFIRMED'],
  ])('%j: %s', (request, wanted) => {
    expect(outcome(request)).toBe(wanted)
  })

  test('the error names the flags to give', () => {
    const decision = decideConfirmation({...BASE, risk: 'destroys'})
    expect(decision.kind === 'refuse' && decision.error.message).toContain('--yes --confirm acme-dev')
    expect(decision.kind === 'refuse' && decision.error.exit).toBe(2)
  })
})

/** Answers a question with what a person would type, once the question is there. */
async function answer(request: Partial<ConfirmationRequest>, keys: string[]): Promise<{result: unknown; screen: string}> {
  const input = Object.assign(new PassThrough(), {isTTY: true, setRawMode: () => input})
  const output = new PassThrough()
  let screen = ''
  output.on('data', (chunk: Buffer) => (screen += chunk.toString()))
  const asked = confirm({...BASE, isTTY: true, ...request, io: {input, output, colour: false, unicode: true}}).catch((error: unknown) => error)
  for (const key of keys) {
    await expect.poll(() => screen).toContain('acme-dev')
    await new Promise((resolve) => setTimeout(resolve, 30))
    input.write(key)
  }
  return {result: await asked, screen}
}

describe('asking', () => {
  test('yes goes on, and is told for the journal', async () => {
    const {result, screen} = await answer({}, ['y\r'])
    expect(result).toEqual({question: 'Build 3 steps in acme-dev?', answer: 'yes'})
    expect(screen).toContain('? Build 3 steps in acme-dev? (y/N)')
  })

  test.each([['\r'], ['n\r']])('%j declines', async (keys) => {
    const {result} = await answer({}, [keys])
    expect(result).toBeInstanceOf(KpError)
    expect(result).toMatchObject({code: 'NOT_CONFIRMED', exit: 7})
  })

  test('the name of the cluster has to be typed for what destroys', async () => {
    const {result} = await answer({risk: 'destroys', what: 'Destroy acme-dev'}, ['acme-dev\r'])
    expect(result).toMatchObject({answer: 'acme-dev'})
  })

  test('another name is asked for again, nothing stops', async () => {
    const {result, screen} = await answer({risk: 'disrupts'}, ['acme-prod\r', '\u0015', '\r'])
    expect(screen).toContain('This is not its name')
    expect(result).toMatchObject({code: 'NOT_CONFIRMED'})
  })

  test('Ctrl-C ends with 130', async () => {
    const {result} = await answer({}, ['\u0003'])
    expect(result).toMatchObject({code: 'INTERRUPTED', exit: 130})
  })

  test('Ctrl-D does not wait for ever', async () => {
    const {result} = await answer({}, ['\u0004'])
    expect(result).toMatchObject({code: 'INTERRUPTED', exit: 130})
  })

  test('flags answer without a question', async () => {
    await expect(confirm({...BASE, yes: true, io: {input: process.stdin, output: process.stderr, colour: false, unicode: true}})).resolves.toBeUndefined()
  })
})
