// The project's tests: npm test [-- --long]. Runs on any Node: it installs the one that kp needs.
import {existsSync} from 'node:fs'
import {join} from 'node:path'
import {build, install, node, output, root, run} from './install.js'

const long = process.argv.includes('--long')
const only = process.argv.slice(2).filter((argument) => !argument.startsWith('--'))
const started = Date.now()
const times = []

function stage(name, work) {
  if (only.length > 0 && !only.includes(name)) return
  const begun = Date.now()
  console.log(`\n── ${name}`)
  work()
  times.push(`${name} ${Math.round((Date.now() - begun) / 1000)}s`)
}

const program = (name) => join(root, 'node_modules', '.bin', name)
const vitest = (folders, options = [], env = {}) => {
  const present = folders.filter((folder) => existsSync(join(root, folder)))
  if (present.length > 0) run(program('vitest'), ['run', ...present, ...options], {env})
}

install()
stage('lint', () => run(program('oxlint'), ['--deny-warnings', 'src', 'test', 'scripts', 'bin', 'bench']))
stage('types', () => ['tsconfig.json', 'test/tsconfig.json', 'scripts/tsconfig.json'].forEach((project) => run(program('tsc'), ['--noEmit', '-p', project])))
build()
stage('unit', () => vitest(['test/unit', 'test/surface']))
stage('toolchain', () => run(node, [join(root, 'bin', 'run.js'), 'tools', 'install']))
stage('contract', () => {
  const {tools} = JSON.parse(output(node, [join(root, 'bin', 'run.js'), 'tools', '--json']) ?? '{"tools":[]}')
  vitest(['test/contract'], [], {KP_TEST_HELM: tools.find((tool) => tool.name === 'helm')?.path ?? ''})
})
if (long) stage('long', () => vitest(['test/long'], ['--no-file-parallelism']))
else stage('lab', () => vitest(['test/integration', 'test/e2e'], ['--no-file-parallelism']))

console.log(`\nAll passed in ${Math.round((Date.now() - started) / 1000)}s: ${times.join(', ')}`)
