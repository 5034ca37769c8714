/** Writes the JSON Schemas of kp.yaml and of the file of a drill. Run it after a change of src/spec: `node scripts/gen-schemas.ts`. */
import {mkdirSync, writeFileSync} from 'node:fs'
import {fileURLToPath} from 'node:url'
import {drillFileSchemaText} from '../src/spec/drill.ts'
import {specJsonSchemaText} from '../src/spec/json-schema.ts'

const folder = fileURLToPath(new URL('../schemas/', import.meta.url))
mkdirSync(folder, {recursive: true})
writeFileSync(`${folder}kp.yaml.schema.json`, specJsonSchemaText())
writeFileSync(`${folder}drill-file.schema.json`, drillFileSchemaText())
