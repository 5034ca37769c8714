/** kp in a real terminal of 80 columns and 24 lines: the live list, a question, Ctrl-C, no colour. */
import {join} from 'node:path'
import {describe, expect, test} from 'vitest'
import {kpEnvironment, startKp} from '../helpers/run-kp.ts'
import {tempFolder} from '../helpers/temp.ts'
import {hasTmux, Terminal} from '../helpers/terminal.ts'

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
