/** A new platform repository: nothing is overwritten, nothing is written where an answer is wrong. */
import {mkdirSync, readdirSync, readFileSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {describe, expect, test} from 'vitest'
import {createPlatform, whyTaken} from '../../../src/platform/create.ts'
import {tempFolder} from '../../helpers/temp.ts'

const FLAGS: Record<string, string> = {'metadata.name': 'name', email: 'email', domain: 'domain', 'network.zones': 'zones'}
const create = (root: string, answers: object = {}): Promise<void> => createPlatform(root, {name: 'acme', ...answers}, '{"schema": true}', (field) => FLAGS[field])

describe('a folder', () => {
  test('that is not there, is empty, or holds what is not kp\'s, is good', async () => {
    const root = tempFolder()
    mkdirSync(join(root, '.git'))
    writeFileSync(join(root, 'notes.txt'), 'mine')
    for (const folder of [root, join(root, 'deep', 'below')]) {
      expect(whyTaken(folder)).toBeUndefined()
      await create(folder)
      expect(readFileSync(join(folder, 'kp.yaml'), 'utf8')).toMatch(/^# yaml-language-server: \$schema=\.kp\/kp\.yaml\.schema\.json\n[^]*name: acme/)
      expect(readFileSync(join(folder, '.kp', 'kp.yaml.schema.json'), 'utf8')).toBe('{"schema": true}')
    }
    expect(readFileSync(join(root, 'notes.txt'), 'utf8')).toBe('mine')
  })

  test.each([
    ['kp.yaml', /there is a platform in .* already/],
    ['README.md', /holds README\.md already, which kp would write/],
    ['.gitignore', /holds \.gitignore already/],
  ])('with %s is refused', async (name, message) => {
    const root = tempFolder()
    writeFileSync(join(root, name), 'mine')
    expect(whyTaken(root)).toMatch(message)
    await expect(create(root)).rejects.toMatchObject({code: 'GATE', exit: 7, message: expect.stringMatching(/kp init overwrites nothing$/)})
    expect(readdirSync(root)).toEqual([name])
    expect(readFileSync(join(root, name), 'utf8')).toBe('mine')
  })

  test('that is a file is refused, and all names that are in the way are told', () => {
    const root = tempFolder()
    writeFileSync(join(root, 'file'), '')
    expect(whyTaken(join(root, 'file'))).toMatch(/file is no folder$/)
    for (const name of ['clusters', 'runbooks']) mkdirSync(join(root, name))
    expect(whyTaken(root)).toMatch(/holds clusters and runbooks already/)
  })
})

describe('an answer that is not allowed', () => {
  test('is told by its flag, and nothing is written', async () => {
    const root = join(tempFolder(), 'new')
    await expect(create(root, {domain: 'nowhere'})).rejects.toMatchObject({code: 'USAGE', exit: 2, message: 'an answer is not allowed', details: [expect.stringMatching(/^--domain\b.*nowhere/)], next: expect.arrayContaining(['kp init --help'])})
    await expect(create(root, {domain: 'nowhere', network: {zones: 9}})).rejects.toMatchObject({message: '2 answers are not allowed', details: expect.arrayContaining([expect.stringMatching(/^--domain /), expect.stringMatching(/^--zones /)])})
    expect(whyTaken(root)).toBeUndefined()
    expect(readdirSync(join(root, '..'))).toEqual([])
  })

  test('that no flag decides keeps the name of its field', async () => {
    await expect(create(join(tempFolder(), 'new'), {network: {zones: 3, unheard: 1}})).rejects.toMatchObject({code: 'USAGE', details: [expect.stringContaining('network.unheard')]})
  })
})
