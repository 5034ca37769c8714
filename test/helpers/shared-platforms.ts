/** vitest's global setup: a folder for the platforms that test files share, and their end. Costs nothing where none is used. */
import {randomBytes} from 'node:crypto'
import {existsSync, readdirSync, rmSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import type {TestProject} from 'vitest/node'
import {endLabs} from './end-labs.ts'

/** Called by vitest before all files. @returns what it calls after them */
export default function setup(project: TestProject): () => Promise<void> {
  // Made by the first test that wants one. A folder given by KP_TEST_SHARED is kept for the next run.
  const kept = process.env['KP_TEST_SHARED']
  const folder = kept ?? join(tmpdir(), `kp-shared-${randomBytes(4).toString('hex')}`)
  project.provide('sharedPlatforms', folder)
  return async () => {
    if (kept !== undefined || !existsSync(folder)) return
    for (const name of readdirSync(folder)) await endLabs(join(folder, name, 'state'))
    rmSync(folder, {recursive: true, force: true})
  }
}
