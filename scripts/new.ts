/** Makes the files of something new, in the shapes of the project: npm run new -- phase|step|check|pitfall|component … */
import {fileURLToPath} from 'node:url'
import {makeNew, USAGE} from './new/make.ts'
import {Refusal} from './new/names.ts'

const root = fileURLToPath(new URL('../', import.meta.url))
const args = process.argv.slice(2)
if (args.length === 0 || args.includes('--help')) {
  console.log(USAGE)
} else {
  try {
    const {made, changed, next} = await makeNew(root, args)
    console.log([...made.map((path) => `+ ${path}`), ...changed.map((path) => `~ ${path}`), '', 'Next', ...next.map((line) => `  ${line}`)].join('\n'))
  } catch (error) {
    if (!(error instanceof Refusal)) throw error
    console.error(`${error.message}\n\n${USAGE}`)
    process.exitCode = 2
  }
}
