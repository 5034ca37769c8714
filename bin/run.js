#!/usr/bin/env node
// Entry of kp. Plain JavaScript that every Node can read, so that an old one is told what it lacks.
import nodeModule from 'node:module'

const require = nodeModule.createRequire(import.meta.url)
const {version, engines} = require('../package.json')
const wanted = engines.node.replace('>=', '').split('.').map(Number)
const found = process.versions.node.split('.').map(Number)
const old = found[0] < wanted[0] || (found[0] === wanted[0] && found[1] < wanted[1])

if (old) {
  const message = `kp needs Node ${wanted.join('.')} or newer; this is Node ${process.versions.node}`
  if (process.argv.includes('--json')) {
    process.stdout.write(JSON.stringify({schema: 'kp/error/v1', code: 'NODE_OLD', exit: 4, message, doing: null, tool: null, details: [], pitfalls: [], next: ['install Node 24, or run kp through npx node@24'], retrySafe: true}) + '\n')
  } else {
    process.stderr.write(`Error: ${message}\n\nNext\n  install Node 24 (nodejs.org, nvm, fnm, your distribution)\n  or run it once with: npx -y node@24 ${process.argv[1]}\n`)
  }
  process.exitCode = 4
} else if (process.argv.length === 3 && ['--version', '-v', 'version'].includes(process.argv[2])) {
  process.stdout.write(`kp/${version} ${process.platform}-${process.arch} node-${process.version}\n`)
} else {
  nodeModule.enableCompileCache?.()
  // kp has looked at the version of Node itself.
  process.env.OCLIF_DISABLE_ENGINE_WARNING = '1'
  const {execute} = await import('../dist/run.js')
  delete process.env.OCLIF_DISABLE_ENGINE_WARNING
  // Not awaited: where the reader of a pipe is gone, oclif waits for ever for it to take the rest.
  void execute({dir: import.meta.url})
}
