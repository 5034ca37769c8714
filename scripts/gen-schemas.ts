/** Writes the JSON Schema of kp.yaml. Run it after a change of src/spec/schema: `node scripts/gen-schemas.ts`. */
import {mkdirSync, writeFileSync} from 'node:fs'
import {fileURLToPath} from 'node:url'
import {specJsonSchemaText} from '../src/spec/json-schema.ts'

const folder = fileURLToPath(new URL('../schemas/', import.meta.url))
mkdirSync(folder, {recursive: true})
writeFileSync(`${folder}kp.yaml.schema.json`, specJsonSchemaText())
