/** kp in a real terminal of 80 columns and 24 lines: the live list, a question, Ctrl-C, no colour. */
import {execFileSync, spawnSync} from 'node:child_process'
import {randomBytes} from 'node:crypto'
import {join} from 'node:path'
import {setTimeout as sleep} from 'node:timers/promises'
import {describe, expect, onTestFinished, test} from 'vitest'
import {KP_BIN, kpEnvironment, NODE, startKp} from '../helpers/run-kp.ts'
import {tempFolder} from '../helpers/temp.ts'

const hasTmux = spawnSync('tmux', ['-V']).status === 0

/** A terminal with a shell in it. */
class Terminal {
  readonly #socket = `kp-test-${randomBytes(4).toString('hex')}`

  constructor(folder: string, extra: Record<string, string> = {}) {
    const env = kpEnvironment(join(folder, '.state'), {LC_ALL: 'C.UTF-8', PS1: '$ ', ...extra})
    execFileSync('tmux', ['-L', this.#socket, '-f', '/dev/null', 'new-session', '-d', '-s', 't', '-x', '80', '-y', '24', 'bash --noprofile --norc'], {cwd: folder, env})
    onTestFinished(() => void spawnSync('tmux', ['-L', this.#socket, 'kill-server']))
  }

  type(...keys: string[]): void {
    this.#tmux('send-keys', '-t', 't', ...keys)
  }

  /** Starts kp; `code` appears with its exit code when it has ended. */
  kp(args: string): void {
    this.type(`clear; '${NODE}' '${KP_BIN}' ${args}; echo "code=$?"`, 'Enter')
  }

  screen(colours = false): string {
    return this.#tmux('capture-pane', '-t', 't', '-p', '-S', '-300', ...(colours ? ['-e'] : []))
  }

  /** Waits until the screen shows it. */
  async shows(text: RegExp): Promise<string> {
    const until = Date.now() + 25_000
    for (;;) {
      const screen = this.screen()
      if (text.test(screen)) return screen
      if (Date.now() > until) throw new Error(`the terminal does not show ${String(text)}:\n${screen}`)
      await sleep(50)
    }
  }

  /** Whether the cursor can be seen. */
  cursor(): boolean {
    return this.#tmux('display-message', '-p', '-t', 't', '#{cursor_flag}').trim() === '1'
  }

  #tmux(...args: string[]): string {
    return execFileSync('tmux', ['-L', this.#socket, ...args], {encoding: 'utf8'})
  }
}

async function platform(): Promise<string> {
  const folder = tempFolder()
  const made = await startKp(['init', '.', '--defaults', '--name', 'demo', '--no-git'], kpEnvironment(join(folder, '.state')), {cwd: folder}).done
  expect(made.exit).toBe(0)
  return folder
}

describe.skipIf(!hasTmux)('a terminal (tmux is needed)', () => {
  test('the live list of a run: every phase with its time, and the cursor is given back', async () => {
    const terminal = new Terminal(await platform())
    terminal.kp('up --only prerequisites,networking --yes')
    const screen = await terminal.shows(/code=\d+/)
    expect(screen).toMatch(/✔ Prerequisites +\d/)
    expect(screen).toMatch(/✔ Networking and IAM +\d/)
    expect(screen).toContain('code=0')
    expect(terminal.cursor()).toBe(true)
    expect(terminal.screen(true), 'marks have a colour').toContain('\u001B[32m✔')
  })

  test('up shows the plan and asks; no is exit 7 and nothing was made', async () => {
    const terminal = new Terminal(await platform())
    terminal.kp('up')
    const asked = await terminal.shows(/go on\? \(y\/N\)/)
    expect(asked).toContain('+ Start the lab')
    terminal.type('n', 'Enter')
    expect(await terminal.shows(/code=\d+/)).toContain('code=7')
    terminal.kp('lab list')
    expect(await terminal.shows(/code=0/)).toContain('There is no lab.')
  })

  test('Ctrl-C at the question is exit 130', async () => {
    const terminal = new Terminal(await platform())
    terminal.kp('up')
    await terminal.shows(/go on\? \(y\/N\)/)
    terminal.type('C-c')
    expect(await terminal.shows(/code=\d+/)).toContain('code=130')
    expect(terminal.cursor()).toBe(true)
  })

  test('NO_COLOR and a dumb terminal: no colour, and no line is redrawn', async () => {
    const folder = await platform()
    const plain = new Terminal(folder, {NO_COLOR: '1'})
    plain.kp('status')
    await plain.shows(/code=0/)
    expect(plain.screen(true)).not.toMatch(/\u001B\[[0-9;]*m/)
    const dumb = new Terminal(folder)
    dumb.type('export TERM=dumb', 'Enter')
    dumb.kp('up --only prerequisites,networking --yes')
    const screen = await dumb.shows(/code=\d+/)
    expect(screen).toMatch(/^\d\d:\d\d:\d\d +networking +done/m)
    expect(screen).not.toContain('✔')
  })
})
