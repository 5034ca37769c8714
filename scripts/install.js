// Makes sure that the dependencies are there and kp is built, and says with which Node to go on.
// Runs on any Node, also one that is too old for kp itself.
import {execFileSync, spawn, spawnSync} from 'node:child_process'
import {existsSync, readdirSync, statSync} from 'node:fs'
import {join} from 'node:path'
import {fileURLToPath} from 'node:url'

export const root = fileURLToPath(new URL('..', import.meta.url))
export const node = join(root, 'node_modules', 'node', 'bin', 'node')

/** Installs what the lock file names, where that was not done yet. */
export function install() {
  const stamp = join(root, 'node_modules', '.package-lock.json')
  if (existsSync(node) && existsSync(stamp) && statSync(stamp).mtimeMs >= statSync(join(root, 'package-lock.json')).mtimeMs) return
  console.log('Installing the dependencies (npm ci) …')
  run('npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error'])
}

/** Builds dist/ where a source is newer. */
export function build() {
  const built = join(root, 'oclif.manifest.json')
  const sources = ['src', 'package.json', 'tsconfig.json'].map((name) => newest(join(root, name)))
  if (existsSync(built) && statSync(built).mtimeMs > Math.max(...sources)) return
  console.log('Building kp …')
  run(node, [join(root, 'scripts', 'build.js')])
}

/** Runs a program with its output on the terminal; ends this process where it fails. */
export function run(program, args, options = {}) {
  const {status, error, signal} = spawnSync(program, args, {cwd: root, stdio: 'inherit', ...options, env: {...process.env, ...options.env, PATH: `${join(root, 'node_modules', 'node', 'bin')}:${process.env.PATH}`}})
  if (error !== undefined) {
    console.error(`${program} could not be started: ${error.message}`)
    process.exit(4)
  }
  if (status !== 0) process.exit(status ?? (signal === 'SIGINT' ? 130 : 1))
}

/** Starts a program. @returns its exit code and, with stdio `pipe`, what it said */
export function start(program, args, stdio) {
  return new Promise((resolve) => {
    const child = spawn(program, args, {cwd: root, stdio: ['ignore', stdio, stdio], env: {...process.env, PATH: `${join(root, 'node_modules', 'node', 'bin')}:${process.env.PATH}`}})
    let said = ''
    for (const stream of [child.stdout, child.stderr]) stream?.on('data', (text) => (said += text))
    child.on('error', (error) => resolve({status: 4, said: `${program} could not be started: ${error.message}\n`}))
    child.on('close', (status) => resolve({status, said}))
  })
}

/** What a program prints, or undefined where it fails. */
export function output(program, args) {
  try {
    return execFileSync(program, args, {cwd: root, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore']})
  } catch {
    return undefined
  }
}

function newest(path) {
  const stats = statSync(path)
  return stats.isDirectory() ? Math.max(...readdirSync(path).map((name) => newest(join(path, name)))) : stats.mtimeMs
}
