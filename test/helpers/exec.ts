/** The real Exec, finding programs on the PATH, and collecting its events. */
import {accessSync, constants} from 'node:fs'
import {delimiter, join} from 'node:path'
import {KpError} from '../../src/engine/errors.ts'
import type {EventInput} from '../../src/engine/events.ts'
import type {Exec} from '../../src/engine/types.ts'
import {createExec} from '../../src/tools/exec.ts'

/** Makes an Exec for tests; `path` takes the place of PATH. */
export function testExec(options: {path?: string; env?: Record<string, string>; graceMs?: number} = {}): Exec & {events: EventInput[]} {
  const events: EventInput[] = []
  const env = {...process.env, ...options.env, ...(options.path === undefined ? {} : {PATH: options.path})}
  const exec = createExec({
    env,
    signal: new AbortController().signal,
    emit: (event) => events.push(event),
    redact: (text) => text,
    graceMs: options.graceMs ?? 500,
    findTool: async (name) => {
      for (const folder of (env.PATH ?? '').split(delimiter)) {
        try {
          accessSync(join(folder, name), constants.X_OK)
          return join(folder, name)
        } catch {
          // not here
        }
      }
      throw new KpError({code: 'TOOL_MISSING', message: `${name} is not installed`})
    },
  })
  return {...exec, events}
}
