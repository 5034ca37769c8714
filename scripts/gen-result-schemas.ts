/** Writes schemas/<command>.schema.json from src/ui/schemas. Run it after a change there: `node scripts/gen-result-schemas.ts`. */
import {mkdirSync, writeFileSync} from 'node:fs'
import {fileURLToPath} from 'node:url'
import {RESULT_SCHEMAS, resultSchemaText} from '../src/ui/schemas/index.ts'
import type {ResultName} from '../src/ui/schemas/index.ts'

const folder = fileURLToPath(new URL('../schemas/', import.meta.url))
mkdirSync(folder, {recursive: true})
for (const name of Object.keys(RESULT_SCHEMAS) as ResultName[]) writeFileSync(`${folder}${name}.schema.json`, resultSchemaText(name))
