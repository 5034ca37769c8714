/** Writes docs/kp-yaml.md. Run it after a change of src/spec/schema: `node scripts/gen-docs-kp-yaml.ts`. */
import {mkdirSync, writeFileSync} from 'node:fs'
import {fileURLToPath} from 'node:url'
import {specDocs} from '../src/spec/docs.ts'

const folder = fileURLToPath(new URL('../docs/', import.meta.url))
mkdirSync(folder, {recursive: true})
writeFileSync(`${folder}kp-yaml.md`, specDocs())
