// The project's tests: npm test [-- --long]. Runs on any Node: it installs the one that kp needs.
import {existsSync, mkdtempSync, readdirSync, readFileSync, rmSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join, relative} from 'node:path'
import {stripVTControlCharacters} from 'node:util'
import {build, install, node, output, root, run, start} from './install.js'

/** Two lanes of about the same length: a lab leaves half of two cores idle. Whatever uses the platform that files share is in the first; the others are dealt out by how long they take. */
const FIRST_LANE = ['drift', 'existing', 'guards', 'json-results', 'kills', 'lab', 'lab-stages', 'no-writes', 'stages', 'drill', 'operate', 'upgrade']

const long = process.argv.includes('--long')
const only = process.argv.slice(2).filter((argument) => !argument.startsWith('--'))
const started = Date.now()
const times = []
/** What vitest says of every test, one file a run. */
const results = mkdtempSync(join(tmpdir(), 'kp-results-'))
process.on('exit', () => rmSync(results, {recursive: true, force: true}))

async function stage(name, work) {
  if (only.length > 0 && !only.includes(name)) return
  const begun = Date.now()
  console.log(`\n── ${name}`)
  await work()
  times.push(`${name} ${Math.round((Date.now() - begun) / 1000)}s`)
}

const program = (name) => join(root, 'node_modules', '.bin', name)
let runs = 0
const reported = () => ['--reporter=default', '--reporter=json', `--outputFile.json=${join(results, `${++runs}.json`)}`]
const vitest = (folders, options = [], env = {}) => {
  const present = folders.filter((folder) => existsSync(join(root, folder)))
  if (present.length > 0) run(program('vitest'), ['run', ...present, ...options, ...reported()], {env})
}

/** Runs the tests of the lab in two lanes; what the second says is printed when it ends. */
async function lanes() {
  const files = readdirSync(join(root, 'test', 'integration')).filter((name) => name.endsWith('.test.ts')).map((name) => name.replace('.test.ts', ''))
  const shared = files.filter((name) => readFileSync(join(root, 'test', 'integration', `${name}.test.ts`), 'utf8').includes("build: 'shared'"))
  const apart = shared.filter((name) => !FIRST_LANE.includes(name))
  if (apart.length > 0) throw new Error(`${apart.join(', ')} of test/integration must be in FIRST_LANE of scripts/test.js: they share a platform`)
  const paths = (names) => names.map((name) => join('test', 'integration', `${name}.test.ts`))
  const lane = (what, stdio) => start(program('vitest'), ['run', ...what, '--no-file-parallelism', ...reported()], stdio)
  const first = lane([...paths(files.filter((name) => FIRST_LANE.includes(name))), 'test/e2e'], 'inherit')
  const second = lane(paths(files.filter((name) => !FIRST_LANE.includes(name))), 'pipe')
  const [one, two] = await Promise.all([first, second])
  process.stdout.write(two.said)
  if (one.status !== 0 || two.status !== 0) {
    console.log(`\nWhat failed\n${failures().join('\n') || 'No test says so: see above.'}`)
    process.exit(1)
  }
}

/** What vitest wrote of every file of tests so far. */
const reports = () => readdirSync(results).flatMap((name) => JSON.parse(readFileSync(join(results, name), 'utf8')).testResults)

/** The tests that failed, each with the first lines of its reason: the last of a long log, where people look. */
function failures() {
  return reports().filter(({status}) => status !== 'passed').flatMap(({name, message, assertionResults}) => {
    const failed = assertionResults.filter(({status}) => status === 'failed').map(({fullName, failureMessages}) => ({what: fullName, why: failureMessages.join('\n')}))
    const all = failed.length > 0 ? failed : [{what: 'the file itself', why: message ?? ''}]
    return all.map(({what, why}) => [`${relative(root, name)}: ${what}`, ...stripVTControlCharacters(why).split('\n').filter((line) => !line.includes('node_modules')).slice(0, 25).map((line) => `    ${line.slice(0, 300)}`)].join('\n'))
  })
}

/** The ten tests that took longest, with their seconds. */
function slowest() {
  const tests = reports()
  const all = tests.flatMap(({name, assertionResults}) => assertionResults.map(({fullName, duration}) => ({file: relative(root, name), fullName, seconds: (duration ?? 0) / 1000})))
  return all.toSorted((one, other) => other.seconds - one.seconds).slice(0, 10).map(({file, fullName, seconds}) => `${seconds.toFixed(0).padStart(5)} s  ${file}: ${fullName.slice(0, 120)}`)
}

install()
await stage('lint', () => run(program('oxlint'), ['--deny-warnings', 'src', 'test', 'scripts', 'bin', 'bench']))
await stage('types', () => ['tsconfig.json', 'test/tsconfig.json', 'scripts/tsconfig.json'].forEach((project) => run(program('tsc'), ['--noEmit', '-p', project])))
build()
await stage('unit', () => vitest(['test/unit', 'test/surface']))
await stage('toolchain', () => run(node, [join(root, 'bin', 'run.js'), 'tools', 'install', '--all']))
await stage('contract', () => {
  const {tools} = JSON.parse(output(node, [join(root, 'bin', 'run.js'), 'tools', '--json']) ?? '{"tools":[]}')
  vitest(['test/contract'], [], {KP_TEST_HELM: tools.find((tool) => tool.name === 'helm')?.path ?? ''})
})
if (long) await stage('long', () => vitest(['test/long'], ['--no-file-parallelism']))
else await stage('lab', lanes)

console.log(`\nThe ten slowest\n${slowest().join('\n')}`)
console.log(`\nAll passed in ${Math.round((Date.now() - started) / 1000)}s: ${times.join(', ')}`)
const cached = output(node, [join(root, 'scripts', 'has-aws-provider.ts'), '--say'])
console.log(`Not run: npm run test:aws, the stacks of terraform against an emulator of AWS (${cached?.trim() ?? 'it is not known whether the provider is there'})`)
