/** Writes docs/phases, docs/checks, docs/pitfalls and docs/commands. Run it after a change of a phase or command: `node scripts/gen-docs.ts`. */
import {mkdirSync, rmSync, writeFileSync} from 'node:fs'
import {dirname, join} from 'node:path'
import {fileURLToPath} from 'node:url'
import {docsPages, GENERATED_FOLDERS} from './docs/pages.ts'

const root = fileURLToPath(new URL('../', import.meta.url))
const pages = await docsPages(root)
for (const folder of GENERATED_FOLDERS) rmSync(join(root, 'docs', folder), {recursive: true, force: true})
for (const [path, text] of pages) {
  const file = join(root, 'docs', path)
  mkdirSync(dirname(file), {recursive: true})
  writeFileSync(file, text)
}
