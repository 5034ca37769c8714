/** What the three commands that act on a scenario share. */
import type {CommandResult} from './base-command.ts'
import {KpError} from './engine/errors.ts'
import {prepare, resolveScenario, startScenario, stopScenario} from './operations/scenarios/index.ts'
import type {OpenedPlatform} from './platform/open.ts'
import {guardCluster} from './platform/session.ts'
import type {CommandRisk} from './prompts/confirmation.ts'
import type {Terminal} from './ui/io.ts'
import {renderScenario} from './ui/render-scenario.ts'
import type {LabScenarioResult} from './ui/results.ts'

/** What is asked for. */
export interface ScenarioCommandOptions {
  action: 'start' | 'resolve' | 'stop'
  name: string
  /** `--set KEY=VALUE`. */
  given: string[]
  terminal: Terminal
  within(work: (opened: OpenedPlatform) => Promise<CommandResult>): Promise<CommandResult>
  ask(question: {risk: CommandRisk; what: string; cluster: string; protected: boolean}): Promise<void>
}

/** Asks, acts, and tells what users see. @throws KpError USAGE, GATE, NOT_CONFIRMED */
export async function scenarioCommand({action, name, given, terminal, within, ask}: ScenarioCommandOptions): Promise<CommandResult> {
  const parameters = Object.fromEntries(given.map((pair) => readPair(pair)))
  return within(async ({ctx}) => {
    if (action === 'start') prepare(ctx, name, parameters)
    // A scenario may have ended the API server: then there is nobody to ask who the cluster is.
    if (action === 'start') await guardCluster(ctx)
    const {cluster} = ctx.spec.environment
    const what = {start: `start the scenario ${name}: it breaks something in the lab`, resolve: `play the other side of the scenario ${name}`, stop: `take back what is left of the scenario ${name}`}[action]
    await ask({risk: 'changes', what: `${what} (environment ${ctx.spec.environment.name}, cluster ${cluster}, in the lab)`, cluster, protected: ctx.spec.environment.protected})
    const {scenario, names, done} = action === 'start' ? await startScenario(ctx, name, parameters) : action === 'resolve' ? await resolveScenario(ctx, name) : await stopScenario(ctx, name)
    const users = scenario.users.replaceAll(/\$\{([\w-]+)\}/g, (whole, key: string) => names[key] ?? whole).trim()
    const value: LabScenarioResult = {schema: 'kp/lab-scenario/v1', name, title: scenario.title, pitfall: scenario.pitfall, action, done, users, shows: scenario.shows}
    return {json: value, text: () => renderScenario(value, terminal, {resolves: scenario.resolve.length > 0})}
  })
}

function readPair(pair: string): [string, string] {
  const [key = '', ...rest] = pair.split('=')
  if (rest.length === 0) throw new KpError({code: 'USAGE', message: `--set takes KEY=VALUE, not "${pair}"`})
  return [key, rest.join('=')]
}
