/** Planted secrets appear nowhere: not in the repository, the journal, an output, an error, a helm release or a command line. */
import {chmodSync, existsSync, mkdirSync, readFileSync, readdirSync, symlinkSync, writeFileSync} from 'node:fs'
import {dirname, join} from 'node:path'
import {gunzipSync} from 'node:zlib'
import {afterAll, beforeAll, expect, it} from 'vitest'
import {parse} from 'yaml'
import {cacheDir} from '../../src/tools/toolchain/paths.ts'
import {watchCommandLines} from '../helpers/command-lines.ts'
import type {CommandLines} from '../helpers/command-lines.ts'
import {openTestPlatform} from '../helpers/platform.ts'
import type {TestPlatform} from '../helpers/platform.ts'
import type {KpOptions, KpResult} from '../helpers/run-kp.ts'
import {takeSnapshot} from '../helpers/snapshot.ts'

/** Made up here; each is recognised by nothing but its value. */
const PLANTED = {
  token: 'pl4nted-by-environment-7f3a91',
  certificate: 'pl4nted-in-a-file-c05d72',
  override: 'pl4nted-of-one-environment-e8b146',
  cluster: 'pl4nted-in-the-cluster-2d9c58',
  value: 'pl4nted-as-a-value-96ea03',
}
const env = {PLANTED_TOKEN: PLANTED.token, PLANTED_OVERRIDE: PLANTED.override}

let platform: TestPlatform
let commandLines: CommandLines
const outputs: {command: string; text: string}[] = []

/** Runs kp with the secrets in its environment, and keeps what it prints. */
async function kp(args: string[], exit: number, options: KpOptions = {}): Promise<KpResult> {
  const result = await platform.kpOk(args, {exit, ...options, env: {...env, ...options.env}})
  outputs.push({command: `kp ${args.join(' ')}`, text: result.stdout + result.stderr})
  return result
}

beforeAll(async () => {
  platform = await openTestPlatform({
    lean: true,
    name: 'secrets',
    build: 'none',
    spec: {
      secrets: {splunkToken: 'env:PLANTED_TOKEN', ca: 'file:../ca.txt'},
      environments: [{name: 'lab', cluster: 'secrets', secrets: {ofOneEnvironment: 'env:PLANTED_OVERRIDE'}}],
    },
  })
  const base = dirname(platform.root)
  writeFileSync(join(base, 'ca.txt'), `${PLANTED.certificate}\n`)
  writeFileSync(join(base, 'answers.yaml'), JSON.stringify({name: 'other', secrets: {splunkToken: 'env:PLANTED_TOKEN'}}))
  await kp(['init', join(platform.root, 'other'), '--answers', join(base, 'answers.yaml'), '--no-git'], 0)
  commandLines = watchCommandLines()
  await kp(['plan'], 0)
  await kp(['up', '--yes', '--json', '--verbose'], 0)
  await commandLines.stop()
  await platform.kubectl(['create', 'secret', 'generic', 'planted', `--from-literal=password=${PLANTED.cluster}`])
}, 180_000)

afterAll(() => platform.close(), 60_000)

it('no command that looks prints one', {timeout: 60_000}, async () => {
  for (const args of [['plan', '--json'], ['plan', '--verbose'], ['verify'], ['verify', '--output', 'html'], ['status', '--json'], ['doctor', '--verbose'], ['history'], ['kubeconfig'], ['up', '--yes', '--verbose']]) await kp(args, 0)
  expectNone()
})

it('a failing tool that prints its environment, its input and its kubeconfig tells none of them', {timeout: 90_000}, async () => {
  const fake = talkativeHelm()
  platform.setSpec(['components', 'cert-manager', 'values', 'replicaCount'], 3)
  for (const flags of [['--json'], ['--verbose']]) {
    const {stdout, stderr} = await kp(['up', '--yes', ...flags], 5, {env: {KP_CACHE_DIR: fake.cacheDir}})
    // The tool really said it, and kp really shows what it said.
    expect(readFileSync(fake.said, 'utf8')).toContain(`PLANTED_TOKEN=${PLANTED.token}`)
    expect(readFileSync(fake.said, 'utf8')).toContain('client-key-data')
    expect(stdout + stderr).toMatch(/PLANTED_OVERRIDE=\*\*\*/)
  }
  platform.setSpec(['components'], undefined)
  expectNone()
})

it.each([
  {where: 'under a telling key', path: ['components', 'cert-manager', 'values', 'config', 'adminPassword'], value: PLANTED.value},
  {where: 'under a key that tells nothing, but known by a reference', path: ['components', 'cert-manager', 'values', 'podLabels', 'note'], value: PLANTED.token},
  {where: 'in place of a reference', path: ['secrets', 'splunkToken'], value: PLANTED.value},
  {where: 'of a known form', path: ['components', 'cert-manager', 'values', 'podLabels', 'note'], value: 'ghp_0123456789abcdefghijABCDEFGHIJ012345'},
])('a value written into kp.yaml $where is refused, and not shown', {timeout: 60_000}, async ({path, value}) => {
  const before = readFileSync(join(platform.root, 'kp.yaml'), 'utf8')
  platform.setSpec(path, value)
  try {
    for (const args of [['plan', '--verbose'], ['up', '--yes', '--json']]) {
      const {stdout, stderr} = await kp(args, 3)
      expect(stdout + stderr).toMatch(/kp\.yaml:\d+:\d+/)
      expect(stdout + stderr).not.toContain(value)
    }
  } finally {
    writeFileSync(join(platform.root, 'kp.yaml'), before)
  }
  expectNone()
})

it.skipIf(process.platform !== 'linux')('no command line of the machine held one while kp up worked', () => {
  expect(commandLines.programs).toEqual(expect.arrayContaining(['helm', 'kubectl', 'node']))
  expect(commandLines.looks).toBeGreaterThan(100)
  expect(commandLines.seen.filter((line) => leaksOf(line).length > 0)).toEqual([])
})

it('no release of helm and no other object holds one', {timeout: 60_000}, async () => {
  const records = (JSON.parse(await platform.kubectl(['get', 'secrets', '-A', '-l', 'owner=helm', '-o', 'json'])) as {items: {metadata: {name: string}; data: {release: string}}[]}).items
  expect(records.length).toBeGreaterThanOrEqual(4)
  for (const {metadata, data} of records) {
    const release = gunzipSync(Buffer.from(Buffer.from(data.release, 'base64').toString(), 'base64')).toString()
    expect(release).toContain('"manifest"')
    expect(leaksOf(release), metadata.name).toEqual([])
  }
  const others = [...(await takeSnapshot(platform.admin()))].filter(([name]) => name !== 'Secret default/planted')
  expect(others.length).toBeGreaterThan(100)
  // The keys that the lab gave to kp are in its kubeconfig alone.
  for (const [name, object] of others) expect(leaksOf(JSON.stringify(object)), name).toEqual([])
})

/** Nothing is in the repository, in `.kp` and its journals, or in what was printed so far. */
function expectNone(): void {
  const files = filesBelow(platform.root)
  expect(files.filter((path) => path.endsWith('journal.jsonl')).length).toBeGreaterThan(0)
  expect(files.flatMap((path) => leaksOf(readFileSync(path, 'latin1')).map((leak) => `${path}: ${leak}`))).toEqual([])
  expect(outputs.flatMap(({command, text}) => leaksOf(text).map((leak) => `${command}: ${leak}`))).toEqual([])
}

/** Names of the secrets that a text holds, as they are or in base64. */
function leaksOf(text: string): string[] {
  return Object.entries({...PLANTED, ...keysOfKubeconfig()}).flatMap(([name, value]) => {
    const encoded = Buffer.from(value).toString('base64').replace(/.{0,2}=*$/, '')
    return text.includes(value) || text.includes(encoded) ? [name] : []
  })
}

/** The private key by which kp is known to the cluster: as the kubeconfig has it, and a line of the key itself. */
function keysOfKubeconfig(): Record<string, string> {
  const {kubeconfig} = platform.lab
  if (!existsSync(kubeconfig)) return {}
  const {users} = parse(readFileSync(kubeconfig, 'utf8')) as {users: {user: {'client-key-data': string}}[]}
  const data = users[0]?.user['client-key-data'] ?? ''
  const line = Buffer.from(data, 'base64').toString().split('\n')[2] ?? ''
  expect(line.length).toBeGreaterThan(30)
  return {'key of the kubeconfig': data, 'line of the key': line}
}

function filesBelow(folder: string): string[] {
  return readdirSync(folder, {recursive: true, withFileTypes: true}).filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name))
}

/** The machine's tools, with a helm whose upgrade fails and prints everything that it was given. */
function talkativeHelm(): {cacheDir: string; said: string} {
  const home = join(dirname(platform.root), 'cache')
  const said = join(dirname(platform.root), 'said.txt')
  const real = join(cacheDir(process.env), 'tools')
  for (const tool of readdirSync(real)) {
    for (const version of readdirSync(join(real, tool)).filter((name) => !name.startsWith('.'))) {
      mkdirSync(join(home, 'tools', tool, version), {recursive: true})
      for (const file of readdirSync(join(real, tool, version))) {
        const [path, target] = [join(home, 'tools', tool, version, file), join(real, tool, version, file)]
        if (file !== 'helm') {
          symlinkSync(target, path)
          continue
        }
        writeFileSync(path, `#!/bin/sh\ncase " $* " in *" upgrade "*) ;; *) exec '${target}' "$@" ;; esac\n{ cat; cat "$KUBECONFIG"; env | grep PLANTED; } > '${said}'\ncat '${said}' >&2\nexit 1\n`)
        chmodSync(path, 0o755)
      }
    }
  }
  return {cacheDir: home, said}
}
