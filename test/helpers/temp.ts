/** Temporary folders for tests. */
import {mkdtempSync, rmSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {afterAll, onTestFinished} from 'vitest'

/** A new empty folder; removed when the test ends. */
export function tempFolder(): string {
  const path = mkdtempSync(join(tmpdir(), 'kp-test-'))
  onTestFinished(() => rmSync(path, {recursive: true, force: true}))
  return path
}

/** A new empty folder for the tests of a `describe`; removed after them. */
export function keptFolder(): string {
  const path = mkdtempSync(join(tmpdir(), 'kp-test-'))
  afterAll(() => rmSync(path, {recursive: true, force: true}))
  return path
}
