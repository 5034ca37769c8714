/** A platform for tests: a repository of its own, labs of its own, the built kp, and an administrator who is not kp. */
import {execFile} from 'node:child_process'
import {cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {parseDocument, stringify} from 'yaml'
import {inject} from 'vitest'
import {systemClock} from '../../src/engine/clock.ts'
import {labLayout} from '../../src/providers/lab/layout.ts'
import type {LabLayout} from '../../src/providers/lab/layout.ts'
import {PHASE_IDS} from '../../src/spec/schema/phases.ts'
import {KubeApi} from '../../src/tools/kube-api.ts'
import {HELM_RANGE} from '../../src/tools/toolchain/versions.ts'
import {locateTool} from '../../src/tools/toolchain/locate.ts'
import {cacheDir} from '../../src/tools/toolchain/paths.ts'
import {openAudit} from './audit.ts'
import type {AuditLog} from './audit.ts'
import {testExec} from './exec.ts'
import {endLabs} from './end-labs.ts'
import {kpEnvironment, startKp} from './run-kp.ts'
import type {KpOptions, KpResult, RunningKp} from './run-kp.ts'

/** A test's platform. */
export interface TestPlatform {
  /** Name of platform, cluster and lab. */
  name: string
  /** The platform repository. */
  root: string
  stateDir: string
  /** Where the files of its lab are. */
  lab: LabLayout
  /** Runs kp in the repository to its end. Without `env` it sees the machine's environment, cleaned. */
  kp(args: string[], options?: KpOptions): Promise<KpResult>
  /** Runs kp and demands an exit code (default 0), else throws with everything it printed. */
  kpOk(args: string[], options?: KpOptions & {exit?: number}): Promise<KpResult>
  /** Starts kp, for tests that do something while it works. */
  start(args: string[], options?: KpOptions): RunningKp
  /** Runs kubectl as the lab's administrator. @throws Error with its output */
  kubectl(args: string[], input?: string): Promise<string>
  /** Runs helm as the lab's administrator. @throws Error with its output */
  helm(args: string[], input?: string): Promise<string>
  /** A client of the API as the lab's administrator; made anew at each call. */
  admin(): KubeApi
  /** The audit log of the lab; there must be one. */
  audit(): AuditLog
  /** Sets a field of kp.yaml; undefined takes it away. */
  setSpec(path: (string | number)[], value: unknown): void
  /** A second checkout: the repository without `.kp`. Same state folder, same lab. */
  checkout(name: string): TestPlatform
  /** Ends every lab and removes everything; throws where a process or a folder is left. Nothing for a shared platform. */
  close(): Promise<void>
}

/** What a platform is made with. */
export interface TestPlatformOptions {
  /** A DNS label. */
  name: string
  /** Sections of kp.yaml that are not the default: `{kubernetes: {version: '1.36'}}`. */
  spec?: Record<string, unknown>
  /** Without the phases after monitoring, but those that `spec` names: for tests that build again and again, and are about none of them. */
  lean?: boolean
  /**
   * `none`: only `kp init`. `fresh`: built, for this test alone. `shared`: built once for all files of a
   * vitest run; whoever uses it leaves it as it was.
   */
  build: 'none' | 'fresh' | 'shared'
}

declare module 'vitest' {
  interface ProvidedContext {
    /** Folder of the platforms that files share; see shared-platforms.ts. */
    sharedPlatforms: string
  }
}

/** Opens a platform; see TestPlatformOptions. */
export async function openTestPlatform(options: TestPlatformOptions): Promise<TestPlatform> {
  const shared = options.build === 'shared'
  const base = shared ? join(inject('sharedPlatforms'), options.name) : mkdtempSync(join(tmpdir(), `kp-${options.name}-`))
  const made = join(base, 'made')
  const platform = attach(options.name, join(base, options.name), join(base, 'state'), shared ? undefined : base)
  if (existsSync(made)) return platform
  try {
    mkdirSync(base, {recursive: true})
    const answers = join(base, 'answers.yaml')
    writeFileSync(answers, stringify({name: options.name, ...(options.lean === true ? leanSpec(options.spec) : options.spec)}))
    await platform.kpOk(['init', platform.root, '--answers', answers, '--no-git'], {cwd: base})
    if (options.build !== 'none') await platform.kpOk(['up', '--yes'])
    writeFileSync(made, '')
    return platform
  } catch (error) {
    await platform.close().catch(() => {})
    throw error
  }
}

/** The same with every later phase off that it does not name. */
export function leanSpec(spec: Record<string, unknown> = {}): Record<string, unknown> {
  const later = PHASE_IDS.slice(PHASE_IDS.indexOf('monitoring') + 1)
  return {...spec, phases: {...Object.fromEntries(later.map((id) => [id, {enabled: false}])), ...(spec['phases'] as object | undefined)}}
}

/** A platform whose folders are there already. @param base what `close` removes; undefined: it does nothing */
function attach(name: string, root: string, stateDir: string, base: string | undefined): TestPlatform {
  const lab = labLayout(stateDir, name)
  const start: TestPlatform['start'] = (args, {env, ...options} = {}) => startKp(args, kpEnvironment(stateDir, env), {cwd: root, ...options})
  const admin = (): KubeApi => new KubeApi({kubeconfig: lab.adminKubeconfig, userAgent: 'test-admin', clock: systemClock, signal: new AbortController().signal})
  const platform: TestPlatform = {
    name,
    root,
    stateDir,
    lab,
    start,
    kp: (args, options) => start(args, options).done,
    async kpOk(args, {exit = 0, ...options} = {}) {
      const result = await start(args, options).done
      if (result.exit === exit) return result
      throw new Error(`kp ${args.join(' ')} ended with ${result.exit ?? result.signal} instead of ${exit}\n${result.stdout.slice(-4000)}\n${result.stderr.slice(-4000)}`)
    },
    kubectl: (args, input) => run(join(lab.bin, 'kubectl'), args, lab.adminKubeconfig, root, input),
    helm: async (args, input) => run(await helmPath(), args, lab.adminKubeconfig, root, input),
    admin,
    audit: () => openAudit(lab.auditLog, admin()),
    setSpec(path, value) {
      const file = join(root, 'kp.yaml')
      const document = parseDocument(readFileSync(file, 'utf8'))
      if (value === undefined) document.deleteIn(path)
      else document.setIn(path, document.createNode(value))
      writeFileSync(file, document.toString())
    },
    checkout(folder) {
      const copy = join(root, '..', folder)
      cpSync(root, copy, {recursive: true, filter: (path) => path !== join(root, '.kp')})
      return attach(name, copy, stateDir, undefined)
    },
    async close() {
      if (base === undefined) return
      await endLabs(stateDir)
      rmSync(base, {recursive: true, force: true})
    },
  }
  return platform
}

let helm: Promise<string> | undefined

function helmPath(): Promise<string> {
  helm ??= locateTool('helm', {cacheDir: cacheDir(process.env), path: process.env['PATH'] ?? '', exec: testExec(), versionRange: HELM_RANGE}).then((found) => {
    if ('path' in found) return found.path
    throw new Error(`there is no helm: ${found.reason}`)
  })
  return helm
}

function run(program: string, args: string[], kubeconfig: string, cwd: string, input: string | undefined): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = execFile(program, args, {cwd, env: {...process.env, KUBECONFIG: kubeconfig}, maxBuffer: 256 << 20, timeout: 120_000}, (error, stdout, stderr) => {
      if (error === null) resolve(stdout)
      else reject(new Error(`${program.split('/').at(-1)} ${args.join(' ')}: ${error.message}\n${stdout}\n${stderr}`))
    })
    child.stdin?.on('error', () => {})
    child.stdin?.end(input ?? '')
  })
}
