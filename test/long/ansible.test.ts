/** Playbooks and roles: read by Ansible, held against its linter, and run against a host that does not answer. */
import {execFileSync} from 'node:child_process'
import {createHash} from 'node:crypto'
import {cpSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {afterAll, beforeAll, describe, expect, it} from 'vitest'
import {bareMetalHosts, inventoryText} from '../../src/components/hosts/inventory.ts'
import {complaintsOf, runPlaybook} from '../../src/tools/ansible.ts'
import {cacheDir, labFile} from '../../src/tools/toolchain/paths.ts'
import {bringTool, output} from '../helpers/ansible.ts'
import {testExec} from '../helpers/exec.ts'
import {freePort} from '../helpers/free-port.ts'
import {bareMetalProvider, bareMetalSpec} from '../helpers/kubeadm.ts'
import {PROJECT} from '../helpers/run-kp.ts'

let folder: string
let ansible: string

/** The linter in an environment of its own: kp itself has no use for it. */
function linter(): string {
  const requirements = labFile('toolchain', 'ansible', 'lint.txt')
  const place = join(cacheDir(process.env), 'ansible-lint', createHash('sha256').update(readFileSync(requirements)).digest('hex').slice(0, 10))
  const program = join(place, 'bin', 'ansible-lint')
  if (existsSync(program)) return program
  rmSync(place, {recursive: true, force: true})
  execFileSync('python3', ['-m', 'venv', place])
  execFileSync(join(place, 'bin', 'pip'), ['install', '--quiet', '--disable-pip-version-check', '--require-hashes', '-r', requirements], {stdio: 'ignore'})
  return program
}

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'kp-test-ansible-'))
  cpSync(join(PROJECT, 'templates', 'ansible'), folder, {recursive: true})
  const port = await freePort()
  const spec = bareMetalSpec({provider: bareMetalProvider({hosts: [{name: 'cp-1', address: '127.0.0.1', role: 'control-plane', ssh: {port}}, {name: 'worker-1', address: '127.0.0.2', role: 'worker', ssh: {port}}]})})
  if (spec.provider.type !== 'bare-metal') throw new Error(spec.provider.type)
  writeFileSync(join(folder, 'inventory.yml'), inventoryText(spec, bareMetalHosts(spec.provider), {apiEndpoint: spec.provider.apiEndpoint}))
  ansible = await bringTool('ansible')
}, 1_200_000)
afterAll(() => rmSync(folder, {recursive: true, force: true}))

const env = (): Record<string, string> => ({ANSIBLE_LOCAL_TEMP: join(folder, '.tmp'), ANSIBLE_CONFIG: join(folder, 'ansible.cfg')})

describe('the playbooks', () => {
  it.each(['site.yml', 'preflight.yml'])('%s can be read', async (playbook) => {
    const {code, text} = await output(join(ansible, 'ansible-playbook'), ['-i', 'inventory.yml', playbook, '--syntax-check'], {cwd: folder, env: env()})
    expect(code, text).toBe(0)
  }, 300_000)

  it('have nothing to hide from the linter, at its highest bar', async () => {
    const program = linter()
    const {code, text} = await output(program, ['--offline', '--nocolor', '-q', 'site.yml', 'preflight.yml'], {cwd: folder, env: {...env(), PATH: `${join(program, '..')}:${process.env['PATH']}`}})
    expect(code, text).toBe(0)
  }, 900_000)
})

describe('hosts that do not answer', () => {
  it('are each named, with what SSH said', async () => {
    const exec = testExec({path: `${ansible}:${process.env['PATH']}`})
    const report = await runPlaybook({exec, folder, env: {ANSIBLE_LOCAL_TEMP: join(folder, '.tmp')}}, {playbook: 'preflight.yml', doing: 'look at the hosts', check: true, timeoutMs: 280_000})
    expect(report.failed).toEqual([])
    const complaints = complaintsOf(report).toSorted((a, b) => a.localeCompare(b))
    expect(complaints).toHaveLength(2)
    expect(complaints[0]).toMatch(/^cp-1 does not answer: .*(Connection refused|No such file)/)
    expect(complaints[1]).toMatch(/^worker-1 does not answer: /)
  }, 300_000)
})
