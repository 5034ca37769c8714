/** kp init: asked on a real terminal, by flags and by a file; the same answers give the same repository, byte for byte. */
import {readdirSync, readFileSync, statSync} from 'node:fs'
import {join} from 'node:path'
import {setTimeout as sleep} from 'node:timers/promises'
import {describe, expect, test} from 'vitest'
import {QUESTIONS} from '../../src/prompts/questions/index.ts'
import type {Answers} from '../../src/prompts/questions/types.ts'
import {kpEnvironment, startKp} from '../helpers/run-kp.ts'
import {tempFolder} from '../helpers/temp.ts'
import {hasTmux, Terminal} from '../helpers/terminal.ts'

/** None of these is what kp proposes, as far as there is another answer that kp can build. */
const OTHER: Answers = {
  name: 'other', owner: 'team@acme.org', runbooks: 'docs/runbooks', repository: 'https://git.acme.org/p.git', environments: ['dev', 'prod'], protected: ['prod'], zones: '2', 'vpc-cidr': '10.30.0.0/16', 'pod-cidr': '10.200.0.0/16',
  'service-cidr': '10.112.0.0/16', 'kubernetes-version': '1.36', 'instance-type': 'm6i.xlarge', nodes: '4', 'max-nodes': '5', spot: false, gpu: true, 'gpu-instance-type': 'g5.2xlarge', 'device-plugin': false, cni: 'calico', 'default-deny': false,
  routing: 'native', encryption: 'wireguard', 'connectivity-test': false, issuer: 'dns01', 'dns01-server': 'production', 'dns01-provider': 'cloudflare', 'dns01-zone': 'acme.org', 'dns01-credentials': 'env:DNS_TOKEN', email: 'ops@acme.org',
  domain: 'p.acme.org', ingress: 'traefik', exposure: 'internal', 'external-dns': true, 'dns-provider': 'rfc2136', 'dns-policy': 'sync', 'dns-credentials': 'vault:kv/dns#key', 'dns-nameserver': 'ns1.acme.org:53', 'dns-key-name': 'kp', demo: false,
  gitops: 'flux', 'gitops-branch': 'live', 'gitops-credentials': 'file:~/.key', 'self-heal': false, prune: true, 'hand-over': true, 'metrics-retention': '30d', 'metrics-volume': '80Gi', 'remote-write': 'https://mimir.acme.org/push', alerts: 'slack',
  'alerts-to': '#alerts', 'alerts-credentials': 'env:SLACK', grafana: false,
}

const asText = (answer: Answers[string]): string => (typeof answer === 'boolean' ? (answer ? 'yes' : 'no') : typeof answer === 'string' ? answer : (answer ?? []).join(','))

function flagsOf(answers: Answers): string[] {
  return Object.entries(answers).flatMap(([id, answer]) => (typeof answer === 'boolean' ? [answer ? `--${id}` : `--no-${id}`] : [`--${id}=${asText(answer)}`]))
}

/** Every file of a folder but Git's own. */
function filesOf(root: string): Map<string, string> {
  const names = readdirSync(root, {recursive: true, encoding: 'utf8'}).filter((name) => !/^\.git(\/|$)/.test(name) && statSync(join(root, name)).isFile())
  return new Map(names.toSorted().map((name) => [name, readFileSync(join(root, name), 'utf8')]))
}

async function init(folder: string, args: string[]): Promise<void> {
  const {exit, stdout, stderr} = await startKp(['init', ...args], kpEnvironment(join(folder, '.state')), {cwd: folder}).done
  expect(exit, `${stdout}\n${stderr}`).toBe(0)
}

/** Answers question by question, line by line: what is not in the answers is accepted. @returns the titles in the order of asking */
async function answerAll(terminal: Terminal, answers: Answers, last: RegExp): Promise<string[]> {
  const asked: string[] = []
  const until = Date.now() + 120_000
  for (let before = ''; ; ) {
    // With what was scrolled away: an Enter that scrolls must not make an answered question look new.
    const screen = terminal.joined('all').trimEnd()
    const prompt = screen.split('\n').at(-1) ?? ''
    if (last.test(prompt)) return asked
    if (Date.now() > until) throw new Error(`the wizard does not go on:\n${screen}`)
    const question = QUESTIONS.find(({title}) => prompt === title || prompt.startsWith(`${title} [`) || prompt.startsWith(`${title}:`))
    if (question === undefined || screen === before || !prompt.endsWith(':')) {
      await sleep(30)
      continue
    }
    before = screen
    asked.push(question.id)
    terminal.line(asText(answers[question.id]))
  }
}

describe.skipIf(!hasTmux)('the same answers, in three ways', () => {
  test('give the same files, byte for byte', async () => {
    const folder = tempFolder()
    await init(folder, ['by-flags', '--yes', '--no-git', '--save-answers=answers.yaml', ...flagsOf(OTHER)])
    await init(folder, ['by-file', '--answers=answers.yaml', '--no-git'])
    const terminal = new Terminal(folder, {}, 120)
    terminal.type('export TERM=dumb', 'Enter')
    terminal.kp('init by-wizard --no-git')
    const asked = await answerAll(terminal, OTHER, /^Write this platform \[write\]:$/)
    expect(Object.keys(OTHER).filter((id) => !asked.includes(id))).toEqual([])
    terminal.line('')
    await terminal.shows(/code=0/)
    const flags = filesOf(join(folder, 'by-flags'))
    expect([...flags.keys()]).toEqual(expect.arrayContaining(['.gitignore', 'README.md', 'kp.yaml', 'clusters/prod/traefik/values.yaml', 'clusters/dev/flux2/values.yaml']))
    expect(filesOf(join(folder, 'by-file'))).toEqual(flags)
    expect(filesOf(join(folder, 'by-wizard'))).toEqual(flags)
  }, 200_000)
})

/** The question that waits for an answer; what was answered has another mark. */
const waiting = (terminal: Terminal): string => [...terminal.joined().matchAll(/^\? (.+)$/gm)].at(-1)?.[1] ?? ''

/** Waits until a question is asked. */
async function asks(terminal: Terminal, title: string): Promise<void> {
  const until = Date.now() + 25_000
  while (!waiting(terminal).startsWith(title)) {
    if (Date.now() > until) throw new Error(`the wizard does not ask for ${title}:\n${terminal.joined()}`)
    await sleep(40)
  }
}

/** Takes what is proposed, up to a question. */
async function enterUntil(terminal: Terminal, title: string): Promise<void> {
  const until = Date.now() + 60_000
  for (let last = ''; ; await sleep(40)) {
    const question = waiting(terminal)
    if (question.startsWith(title)) return
    if (Date.now() > until) throw new Error(`the wizard does not come to ${title}:\n${terminal.joined()}`)
    if (question === '' || question === last) continue
    last = question
    terminal.type('Enter')
  }
}

describe.skipIf(!hasTmux)('on a real terminal', () => {
  test.each([80, 60])('of %d columns: no line is too long, and Enter takes what is proposed', async (columns) => {
    const folder = tempFolder()
    const terminal = new Terminal(folder, {}, columns)
    terminal.kp('init acme --no-git')
    await enterUntil(terminal, 'Write this platform')
    terminal.type('Enter')
    await terminal.shows(/code=0/)
    const seen = terminal.joined('all').split('\n').map((line) => line.trimEnd())
    // The command that was typed is the shell's.
    expect(seen.filter((line) => [...line].length > columns && !line.includes('; echo "code='))).toEqual([])
    const defaults = tempFolder()
    await init(defaults, ['acme', '--defaults', '--no-git'])
    expect(filesOf(join(folder, 'acme'))).toEqual(filesOf(join(defaults, 'acme')))
  }, 120_000)

  test('Ctrl-C leaves nothing, at a list and at a text', async () => {
    const folder = tempFolder()
    const terminal = new Terminal(folder)
    terminal.kp('init acme')
    await terminal.shows(/\? Name of the platform/)
    terminal.type('C-c')
    expect(await terminal.shows(/code=\d+/)).toContain('code=130')
    terminal.kp('init acme')
    await terminal.shows(/\? Name of the platform/)
    terminal.type('Enter')
    await terminal.shows(/\? Where the cluster runs/)
    terminal.type('C-c')
    expect(await terminal.shows(/code=\d+/)).toContain('code=130')
    expect(terminal.cursor()).toBe(true)
    expect(readdirSync(folder).filter((name) => name !== '.state')).toEqual([])
  })

  test('back from a text and from a list: what was said is proposed again', async () => {
    const terminal = new Terminal(tempFolder())
    terminal.kp('init acme --no-git')
    await asks(terminal, 'Name of the platform')
    terminal.type('C-u')
    terminal.line('first')
    await asks(terminal, 'Where the cluster runs')
    // The way back is the last of the list.
    terminal.type('End')
    terminal.line('< back')
    await asks(terminal, 'Name of the platform')
    expect(terminal.joined()).toContain('(first)')
    terminal.type('Enter')
    await asks(terminal, 'Where the cluster runs')
    terminal.type('Enter')
    const text = 'Names of the environments'
    await asks(terminal, text)
    terminal.line('<')
    await asks(terminal, 'Where the cluster runs')
    terminal.type('C-c')
    await terminal.shows(/code=130/)
  }, 60_000)

  test('an answer is changed in the summary; leaving writes nothing', async () => {
    const folder = tempFolder()
    const terminal = new Terminal(folder)
    terminal.kp('init acme --no-git')
    await enterUntil(terminal, 'Write this platform')
    expect(terminal.joined('all')).toMatch(/^ {2}Pod network +cilium$/m)
    terminal.line('change an')
    await asks(terminal, 'Which one')
    terminal.line('Pod network')
    await asks(terminal, 'Pod network')
    terminal.line('calico')
    await asks(terminal, 'Write this platform')
    expect(terminal.joined('all')).toMatch(/^ {2}Pod network +calico$/m)
    terminal.line('leave')
    expect(await terminal.shows(/code=\d+/)).toContain('code=7')
    expect(readdirSync(folder).filter((name) => name !== '.state')).toEqual([])
  }, 120_000)

  test('without colour: no code of a colour, and the marks are text', async () => {
    const terminal = new Terminal(tempFolder(), {NO_COLOR: '1'})
    terminal.kp('init acme')
    await terminal.shows(/\? Name of the platform/)
    terminal.type('Enter')
    await terminal.shows(/\? Who answers for the platform|\? Where the cluster runs/)
    expect(terminal.screen(true)).not.toMatch(/\u001B\[[0-9;]*3\dm/)
    terminal.type('C-c')
    await terminal.shows(/code=130/)
  })
})
