/** A platform's context in this process, with everything written down that would change something. */
import {rmSync} from 'node:fs'
import {join} from 'node:path'
import type {PlatformContext} from '../../src/context.ts'
import type {EventInput} from '../../src/engine/events.ts'
import {phases} from '../../src/steps/index.ts'
import {openPlatform} from '../../src/platform/open.ts'
import {formatCommand} from '../../src/tools/exec.ts'
import type {TestPlatform} from './platform.ts'
import {kpEnvironment, PROJECT} from './run-kp.ts'

/** An opened context. */
export interface TestContext {
  ctx: PlatformContext
  /** Tool calls with `mutates` and calls of `ctx.change`, as a person would type them. */
  mutations: string[]
  events: EventInput[]
  /** Writes kp's caches, as a command does at its end. */
  save(): Promise<void>
}

/** Opens the platform as a command does. Each call is like a new kp: nothing is remembered but what is on the disk. */
export async function openContext(platform: TestPlatform): Promise<TestContext> {
  const mutations: string[] = []
  const events: EventInput[] = []
  const {ctx, save} = await openPlatform({
    cwd: platform.root,
    env: kpEnvironment(platform.stateDir),
    home: PROJECT,
    version: '0.0.0-test',
    phases,
    emit: (event) => events.push(event),
    redact: (text) => text,
    signal: new AbortController().signal,
    stopping: () => false,
    mayInstall: true,
    runId: 'test',
  })
  const recorded: PlatformContext = {
    ...ctx,
    exec: {
      run(call) {
        if (call.mutates) mutations.push(formatCommand(call.tool, call.args))
        return ctx.exec.run(call)
      },
    },
    change(what, act) {
      mutations.push(what.command)
      return ctx.change(what, act)
    },
  }
  return {ctx: recorded, mutations, events, save}
}

/** Deletes kp's caches: what kp says may not depend on them. */
export function dropCaches(platform: TestPlatform): void {
  for (const {paths} of [{paths: join(platform.root, '.kp', 'environments', 'lab', 'cache')}]) rmSync(paths, {recursive: true, force: true})
}
