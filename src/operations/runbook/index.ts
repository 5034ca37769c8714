/** Runbooks: which there are, and running what they say. */
import {existsSync, readFileSync, readdirSync} from 'node:fs'
import {join} from 'node:path'
import type {PlatformContext} from '../../context.ts'
import {asKpError, KpError} from '../../engine/errors.ts'
import {didYouMean} from '../../engine/spelling.ts'
import {accessEnv} from '../../tools/kubectl.ts'
import type {RunbookResult} from '../../ui/results.ts'
import {drillNames, readDrill} from '../drill/load.ts'
import {fillBlanks, runnable} from './commands.ts'
import {parseRunbook} from './parse.ts'
import type {Runbook, RunbookCommand} from './parse.ts'

const MINUTES_10 = 600_000

/** Names of all runbooks. @param home folder of kp's own data */
export function runbookNames(home: string): string[] {
  const folder = join(home, 'templates', 'runbooks')
  return existsSync(folder) ? readdirSync(folder).filter((name) => name.endsWith('.md')).map((name) => name.slice(0, -'.md'.length)).toSorted() : []
}

/**
 * One of them; with `.md` at its end too, as pitfalls name it.
 * @throws KpError USAGE where there is none of that name
 */
export function readRunbook(home: string, name: string): Runbook {
  const plain = name.replace(/^runbooks\//, '').replace(/\.md$/, '')
  const names = runbookNames(home)
  if (!names.includes(plain)) throw new KpError({code: 'USAGE', message: `there is no runbook "${name}"${didYouMean(plain, names)}`, next: ['kp runbook lists them']})
  return parseRunbook(plain, readFileSync(join(home, 'templates', 'runbooks', `${plain}.md`), 'utf8'))
}

/** All, with what leads to each. */
export function listRunbooks(home: string): RunbookResult {
  const drills = drillNames(home).map((name) => readDrill(home, name))
  return {
    schema: 'kp/runbook/v1', name: null, title: 'All runbooks', users: '', sections: [], ran: [],
    runbooks: runbookNames(home).map((name) => {
      const {title, pitfalls} = readRunbook(home, name)
      return {name, title, pitfalls, drills: drills.filter(({runbook}) => runbook === `${name}.md`).map((drill) => drill.name)}
    }),
  }
}

/** A runbook as a result, with the names put in. */
export function runbookResult({name, title, users, sections}: Runbook, names: Record<string, string>): RunbookResult {
  const filled = (command: string): string => fillBlanks(command, names)
  return {
    schema: 'kp/runbook/v1', name, title, users, ran: [], runbooks: [],
    sections: sections.map(({steps, ...section}) => ({...section, steps: steps.map(({text, commands}) => ({text, commands: commands.map(({command, expect}) => ({command: filled(command), runs: typeof runnable(filled(command)) !== 'string', expect: expect ?? null}))}))})),
  }
}

/** What came of a command. */
export interface Ran {
  command: string
  exitCode: number
  ok: boolean
  /** Why it is not as expected. */
  reason: string | null
  output: string
}

/**
 * Runs one command of a runbook against the platform's cluster, and checks its result.
 * @param self how kp is started, for its own commands
 * @throws KpError GATE where kp cannot run it
 */
export async function runCommand(ctx: Pick<PlatformContext, 'exec' | 'access'>, {command, expect}: RunbookCommand, self: {program: string; args: string[]}): Promise<Ran> {
  const how = runnable(command)
  if (typeof how === 'string') throw new KpError({code: 'GATE', message: `kp does not run it: ${how}`, next: [command]})
  const own = how.tool === 'kp'
  try {
    const {exitCode, stdout, stderr} = await ctx.exec.run({
      tool: own ? self.program : how.tool,
      args: own ? [...self.args, ...how.args] : how.args,
      mutates: true, doing: `run what the runbook says: ${command.split('\n')[0]}`, env: accessEnv(ctx.access), timeoutMs: MINUTES_10,
      okExitCodes: Array.from({length: 256}, (_, code) => code),
      ...(how.input === undefined ? {} : {input: how.input}),
    })
    const output = `${stdout}${stderr}`.trimEnd()
    return {command, exitCode, output, ...judge(exitCode, output, expect)}
  } catch (error) {
    const known = asKpError(error)
    if (known.code === 'INTERRUPTED') throw known
    return {command, exitCode: known.exit, ok: false, reason: known.message, output: known.tool?.output ?? ''}
  }
}

/** Whether a result is as it should be. */
export function judge(exitCode: number, output: string, expect: string | undefined): Pick<Ran, 'ok' | 'reason'> {
  if (exitCode !== 0) return {ok: false, reason: `it ended with ${exitCode}`}
  if (expect !== undefined && !new RegExp(expect, 'm').test(output)) return {ok: false, reason: `it does not say "${expect}"`}
  return {ok: true, reason: null}
}
