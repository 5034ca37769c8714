/** Runbooks as data: each of them is taken apart whole, and what kp would run of it is known. */
import {readFileSync} from 'node:fs'
import {join} from 'node:path'
import {describe, expect, it, test} from 'vitest'
import {blanksOf, fillBlanks, runnable, wordsOf} from '../../../../src/operations/runbook/commands.ts'
import {judge, listRunbooks, readRunbook, runbookNames, runbookResult, runCommand} from '../../../../src/operations/runbook/index.ts'
import {parseRunbook} from '../../../../src/operations/runbook/parse.ts'
import {renderRunbook} from '../../../../src/ui/render-runbook.ts'
import {PROJECT} from '../../../helpers/run-kp.ts'

const NAMES = runbookNames(PROJECT)
const textOf = (name: string): string => readFileSync(join(PROJECT, 'templates', 'runbooks', `${name}.md`), 'utf8')
/** Lines in blocks of commands, without how they are indented. */
const blockLines = (text: string): string[] => [...text.matchAll(/^ *```sh\n([\s\S]*?)^ *```/gm)].flatMap(([, block = '']) => block.split('\n').map((line) => line.trim()).filter((line) => line !== ''))

test.each(NAMES)('%s: nothing of it is lost', (name) => {
  const text = textOf(name)
  const {sections, title, users} = parseRunbook(name, text)
  expect(title).not.toBe(name)
  expect(users).not.toBe('')
  expect(sections.map(({id}) => id)).toEqual(expect.arrayContaining(['look', 'fix']))
  const commands = sections.flatMap(({steps}) => steps.flatMap((step) => step.commands.map(({command}) => command)))
  expect(commands.flatMap((command) => command.split('\n').map((line) => line.trim()).filter((line) => line !== ''))).toEqual(blockLines(text))
  expect(sections.flatMap(({steps}) => steps).filter((step) => step.text !== '').length).toBe([...text.matchAll(/^\d+\. /gm)].length)
  for (const {expect: pattern} of sections.flatMap(({steps}) => steps.flatMap((step) => step.commands))) if (pattern !== undefined) expect(() => new RegExp(pattern)).not.toThrow()
  expect([...text.matchAll(/^ *Expect: /gm)].length).toBe(sections.flatMap(({steps}) => steps.flatMap((step) => step.commands.filter((one) => one.expect !== undefined))).length)
})

test.each(NAMES)('%s is printed within 80 columns, commands whole', (name) => {
  const printed = renderRunbook(runbookResult(readRunbook(PROJECT, name), {}), {columns: 80, colour: false, unicode: true})
  expect(printed).toContain(readRunbook(PROJECT, name).title)
  for (const line of printed.split('\n')) if (!/^ {3}/.test(line)) expect(line.length, line).toBeLessThanOrEqual(80)
})

it('the procedures of the source documents and of the drills are there', () => {
  expect(NAMES).toEqual(expect.arrayContaining(['api-unreachable', 'application-down', 'etcd-restore', 'control-plane-member-lost', 'zone-lost', 'certificate-expired', 'node-patching', 'registry-down', 'restore-namespace']))
  const rollback = readRunbook(PROJECT, 'application-down').sections.flatMap(({steps}) => steps.flatMap(({commands}) => commands.map(({command}) => command)))
  expect(rollback).toContain('argocd app rollback <name> <number>')
  expect(listRunbooks(PROJECT).runbooks.find(({name}) => name === 'node-not-ready')).toMatchObject({drills: ['node-failure'], pitfalls: expect.arrayContaining(['KP0303', 'KP0337'])})
  expect(() => readRunbook(PROJECT, 'node-not-redy')).toThrow(/did you mean/i)
  expect(readRunbook(PROJECT, 'runbooks/node-not-ready.md').name).toBe('node-not-ready')
})

describe('commands', () => {
  it('are taken apart as a shell would, or not at all', () => {
    expect(wordsOf(`kubectl get --raw '/readyz?verbose'`)).toEqual(['kubectl', 'get', '--raw', '/readyz?verbose'])
    expect(wordsOf('aws x --query "a.[b]"')).toEqual(['aws', 'x', '--query', 'a.[b]'])
    expect(wordsOf('a "" b')).toEqual(['a', '', 'b'])
    for (const line of ['a | b', 'a; b', 'a && b', 'echo $(b)', 'a "$HOME"', 'a > b', 'a </dev/null', "a 'b"]) expect(wordsOf(line), line).toBeUndefined()
  })

  it('with open names are not run; with all names they are', () => {
    const command = 'kubectl -n <namespace> get pods <pod>'
    expect(blanksOf(command)).toEqual(['namespace', 'pod'])
    expect(runnable(command)).toMatch(/<namespace>, <pod> must be known/)
    expect(runnable(fillBlanks(command, {namespace: 'demo', pod: 'x'}))).toEqual({tool: 'kubectl', args: ['-n', 'demo', 'get', 'pods', 'x']})
  })

  it('hand over what is written below them, and go on after a backslash', () => {
    expect(runnable('kubectl create -f - <<EOF\nkind: A\nspec: {}\nEOF')).toEqual({tool: 'kubectl', args: ['create', '-f', '-'], input: 'kind: A\nspec: {}\n'})
    expect(runnable('etcdutl snapshot restore f \\\n  --name m')).toEqual({tool: 'etcdutl', args: ['snapshot', 'restore', 'f', '--name', 'm']})
  })

  it.each([['sudo systemctl reboot', /on the machine/], ['kubectl -n a port-forward service/x 1:1', /stays open/], ['kubectl edit x', /stays open/], ['rm -rf x', /does not run rm/], ['kp runbook etcd-restore', /another runbook/]])('%s is left to the person', (command, why) => {
    expect(runnable(command)).toMatch(why)
  })
})

describe('the result of a command', () => {
  it('is checked by its end, and by what it must say', () => {
    expect(judge(0, 'a\nnode "x" drained', 'drained')).toEqual({ok: true, reason: null})
    expect(judge(0, 'nothing', 'drained')).toEqual({ok: false, reason: 'it does not say "drained"'})
    expect(judge(1, 'drained', 'drained')).toEqual({ok: false, reason: 'it ended with 1'})
  })

  it("goes to the platform's own cluster; kp's own commands to this kp", async () => {
    const calls: {tool: string; args: string[]; env?: Record<string, string>}[] = []
    const exec = {run: (call: {tool: string; args: string[]}) => (calls.push(call), Promise.resolve({exitCode: 0, stdout: 'ok', stderr: '', durationMs: 1, commandLine: ''}))}
    const ctx = {exec, access: {kubeconfig: '/own'}} as never
    await runCommand(ctx, {command: 'kubectl get nodes', expect: undefined}, {program: '/node', args: ['run.js']})
    await runCommand(ctx, {command: 'kp verify', expect: undefined}, {program: '/node', args: ['run.js']})
    expect(calls).toMatchObject([{tool: 'kubectl', args: ['get', 'nodes'], env: {KUBECONFIG: '/own'}}, {tool: '/node', args: ['run.js', 'verify']}])
  })
})
