/** Completion knows every command and flag: in the file that the shell reads, and in a real bash. */
import {execFileSync} from 'node:child_process'
import {readFileSync} from 'node:fs'
import {delimiter, dirname, join} from 'node:path'
import {describe, expect, it} from 'vitest'
import {readCommands} from '../../scripts/docs/commands.ts'
import {kpEnvironment, NODE, PROJECT, startKp} from '../helpers/run-kp.ts'
import {tempFolder} from '../helpers/temp.ts'

const commands = await readCommands(PROJECT)

describe('bash completion', () => {
  it('has every command with its flags, and completes them', async () => {
    const cache = tempFolder()
    const env = kpEnvironment(join(cache, 'state'), {KP_CACHE_DIR: join(cache, 'kp'), XDG_CACHE_HOME: cache})
    const script = await startKp(['autocomplete', 'script', 'bash'], env).done
    expect(script.stdout).toContain(join(cache, 'kp', 'autocomplete', 'bash_setup'))
    expect((await startKp(['autocomplete', '--refresh-cache'], env).done).exit).toBe(0)
    const file = join(cache, 'kp', 'autocomplete', 'functions', 'bash', 'kp.bash')
    const text = readFileSync(file, 'utf8')
    for (const command of commands) {
      const line = text.split('\n').find((one) => one.startsWith(`${command.id.replaceAll(' ', ':')} `))
      expect(line, command.id).toBeDefined()
      for (const flag of Object.keys({...command.baseFlags, ...command.flags})) expect(line?.split(' '), command.id).toContain(`--${flag}`)
    }
    expect(complete(file, 'kp ver')).toEqual(['verify'])
    expect(complete(file, 'kp step cert')).toEqual(['cert-manager'])
    expect(complete(file, 'kp up --dry')).toEqual(['--dry-run'])
    expect(complete(file, 'kp lab ')).toEqual(['down', 'list', 'scenario', 'status', 'up'])
  })
})

/** What bash offers after a line. */
function complete(file: string, line: string): string[] {
  const words = line.split(' ')
  const script = `
source ${file}
COMP_WORDS=(${words.map((word) => `'${word}'`).join(' ')})
COMP_CWORD=${words.length - 1}
COMP_LINE='${line}'
COMP_POINT=${line.length}
$(complete -p kp | sed -E 's/.*-F (\\S+).*/\\1/') kp '${words.at(-1) ?? ''}' '${words.at(-2) ?? ''}'
printf '%s\\n' "\${COMPREPLY[@]}"`
  const output = execFileSync('bash', ['--norc', '-c', script], {encoding: 'utf8', env: {PATH: [dirname(NODE), process.env['PATH']].join(delimiter)}})
  // What is there twice, bash shows once.
  return [...new Set(output.split('\n').map((word) => word.trim()).filter((word) => word !== ''))].toSorted()
}
