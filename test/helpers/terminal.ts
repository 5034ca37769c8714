/** A real terminal with a shell in it, by tmux. */
import {execFileSync, spawnSync} from 'node:child_process'
import {randomBytes} from 'node:crypto'
import {join} from 'node:path'
import {setTimeout as sleep} from 'node:timers/promises'
import {onTestFinished} from 'vitest'
import {KP_BIN, kpEnvironment, NODE} from './run-kp.ts'

/** Whether there can be a terminal on this machine. */
export const hasTmux = spawnSync('tmux', ['-V']).status === 0

const LIMIT_MS = 25_000

/** A terminal that ends with its test. */
export class Terminal {
  readonly #socket = `kp-test-${randomBytes(4).toString('hex')}`

  constructor(folder: string, extra: Record<string, string> = {}, columns = 80) {
    const env = kpEnvironment(join(folder, '.state'), {LC_ALL: 'C.UTF-8', PS1: '$ ', ...extra})
    execFileSync('tmux', ['-L', this.#socket, '-f', '/dev/null', 'new-session', '-d', '-s', 't', '-x', String(columns), '-y', '24', 'bash --noprofile --norc'], {cwd: folder, env})
    this.#tmux('set-option', '-g', 'history-limit', '5000')
    onTestFinished(() => void spawnSync('tmux', ['-L', this.#socket, 'kill-server']))
  }

  type(...keys: string[]): void {
    this.#tmux('send-keys', '-t', 't', ...keys)
  }

  /** Types a text as it is, then Enter. */
  line(text: string): void {
    if (text !== '') this.#tmux('send-keys', '-t', 't', '-l', text)
    this.type('Enter')
  }

  /** Starts kp; `code` appears with its exit code when it has ended. */
  kp(args: string): void {
    this.type(`clear; '${NODE}' '${KP_BIN}' ${args}; echo "code=$?"`, 'Enter')
  }

  screen(colours = false): string {
    return this.#tmux('capture-pane', '-t', 't', '-p', '-S', '-2000', ...(colours ? ['-e'] : []))
  }

  /** What is seen, with lines that the terminal had to break put together again. @param all also what was scrolled away */
  joined(all?: 'all'): string {
    return this.#tmux('capture-pane', '-t', 't', '-p', '-J', ...(all === undefined ? [] : ['-S', '-2000']))
  }

  /** Waits until the screen shows it. */
  async shows(text: RegExp): Promise<string> {
    const until = Date.now() + LIMIT_MS
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
