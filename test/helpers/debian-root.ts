/**
 * A throw-away Debian machine: a base system from the mirror, kept in the cache, below a layer of its own that is forgotten afterwards,
 * in a mount namespace. Packages, files and units are real. The kernel and what boots are not its own: modprobe, sysctl and swapoff are stand-ins that
 * write down what they were told, and units are enabled and not started.
 */
import {execFile, execFileSync} from 'node:child_process'
import {createHash} from 'node:crypto'
import {chmodSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, realpathSync, renameSync, rmSync, statSync, writeFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {dirname, join} from 'node:path'
import {promisify} from 'node:util'
import {cacheDir} from '../../src/tools/toolchain/paths.ts'

const run = promisify(execFile)

/** One. */
export interface DebianRoot {
  /** Runs a command in it. */
  run(command: string[], cwd?: string): Promise<{code: number; text: string}>
  /** A file of it; undefined where it has none. */
  read(path: string): string | undefined
}

/** Why there can be none here; undefined where there can. */
export function whyNoRoot(): string | undefined {
  if (process.getuid?.() !== 0) return 'it takes root'
  if (!existsSync('/etc/debian_version')) return 'this is no Debian'
  for (const program of ['unshare', 'apt-get', 'dpkg-deb', 'gpg']) {
    try {
      execFileSync('sh', ['-c', `command -v ${program}`], {stdio: 'ignore'})
    } catch {
      return `${program} is missing`
    }
  }
  return undefined
}

const STAND_INS: Record<string, string> = {
  modprobe: 'mkdir -p "/sys/module/$1"; echo "modprobe $*" >> /stand-ins/told',
  sysctl: 'echo "sysctl $*" >> /stand-ins/told',
  swapon: 'cat /stand-ins/swap 2>/dev/null || true',
  swapoff: 'rm -f /stand-ins/swap; echo "swapoff $*" >> /stand-ins/told',
}

/** What the role finds on a machine that somebody has just installed: systemd, the Python of Ansible's modules, and apt's. */
const PACKAGES = ['systemd', 'systemd-sysv', 'python3', 'python3-apt', 'gpg', 'ca-certificates', 'kmod', 'procps']

/** The base system, of the release of this machine: its Python is the one that Ansible was made with. @returns its folder in the cache */
export function bringDebian(): string {
  const suite = /^VERSION_CODENAME=(\w+)$/m.exec(readFileSync('/etc/os-release', 'utf8'))?.[1] ?? ''
  const digest = createHash('sha256').update([suite, ...PACKAGES].join(' ')).digest('hex').slice(0, 10)
  const place = join(cacheDir(process.env), 'debian', `${suite}-${digest}`)
  if (existsSync(place)) return place
  const work = mkdtempSync(join(tmpdir(), 'kp-test-debootstrap-'))
  try {
    chmodSync(work, 0o755)
    execFileSync('apt-get', ['download', 'debootstrap'], {cwd: work, stdio: 'ignore'})
    execFileSync('dpkg-deb', ['--extract', join(work, readdirSync(work).find((name) => name.endsWith('.deb')) ?? ''), join(work, 'program')], {stdio: 'ignore'})
    const made = `${place}.${process.pid}`
    mkdirSync(dirname(place), {recursive: true})
    execFileSync(join(work, 'program', 'usr', 'sbin', 'debootstrap'), ['--variant=minbase', `--include=${PACKAGES.join(',')}`, suite, made], {env: {...process.env, DEBOOTSTRAP_DIR: join(work, 'program', 'usr', 'share', 'debootstrap')}, stdio: 'ignore'})
    renameSync(made, place)
    return place
  } finally {
    rmSync(work, {recursive: true, force: true})
  }
}

/** Makes one in a folder. Its upper layer is an ordinary folder: several commands see what the earlier ones did. @param shared folders of this machine that it has as well */
export function makeDebianRoot(folder: string, shared: readonly string[]): DebianRoot {
  const base = bringDebian()
  const [upper, work, root] = ['upper', 'work', 'root'].map((name) => join(folder, name)) as [string, string, string]
  for (const path of [upper, work, root]) mkdirSync(path, {recursive: true})
  const put = (path: string, text: string, mode = 0o644): void => {
    mkdirSync(dirname(join(upper, path)), {recursive: true})
    writeFileSync(join(upper, path), text)
    chmodSync(join(upper, path), mode)
  }
  for (const [name, script] of Object.entries(STAND_INS)) put(`stand-ins/${name}`, `#!/bin/sh\n${script}\n`, 0o755)
  put('stand-ins/swap', '/dev/sda2\n')
  put('stand-ins/told', '')
  put('etc/fstab', '/dev/sda1 / ext4 defaults 0 1\n/dev/sda2 none swap sw 0 0\n')
  mkdirSync(join(upper, 'sys', 'module', 'overlay'), {recursive: true})
  // No source of packages but those that the role names.
  const sources = 'rm -rf /etc/apt/sources.list /etc/apt/sources.list.d && mkdir -p /etc/apt/sources.list.d'
  const script = `mount -t overlay overlay -o lowerdir=${base},upperdir=${upper},workdir=${work} ${root} && mount --rbind /dev ${root}/dev && mount -t proc proc ${root}/proc ${[folder, ...shared].map((path) => `&& mkdir -p ${root}${path} && mount --bind ${path} ${root}${path}`).join(' ')} && exec chroot ${root} sh -c '[ -e /stand-ins/ready ] || { ${sources}; : > /stand-ins/ready; }; cd "$1" && shift && exec "$@"' sh "$@"`
  return {
    async run(command, cwd = '/') {
      try {
        const {stdout, stderr} = await run('unshare', ['--mount', '--propagation', 'private', 'sh', '-c', script, 'sh', cwd, ...command], {env: {...process.env, PATH: `/stand-ins:/usr/sbin:/usr/bin:/sbin:/bin`, LC_ALL: 'C.UTF-8', PYTHONDONTWRITEBYTECODE: '1', ANSIBLE_LOCAL_TEMP: '/var/tmp/ansible', ANSIBLE_REMOTE_TEMP: '/var/tmp/ansible'}, maxBuffer: 1 << 26})
        return {code: 0, text: stdout + stderr}
      } catch (error) {
        const {code, stdout = '', stderr = ''} = error as {code?: number; stdout?: string; stderr?: string}
        return {code: typeof code === 'number' ? code : -1, text: stdout + stderr}
      }
    },
    read: (path) => (existsSync(join(upper, path)) ? readFileSync(join(upper, path), 'utf8') : undefined),
  }
}

/** The folders that a Python environment lives from: its own, and where its Python was installed if that is no part of a system. */
export function foldersOfPython(environment: string): string[] {
  const home = /^home = (.+)$/m.exec(readFileSync(join(environment, 'venv', 'pyvenv.cfg'), 'utf8'))?.[1] ?? '/usr/bin'
  return [environment, ...(home.startsWith('/usr/bin') ? [] : [dirname(realpathSync(home))])]
}

/** A package that holds files and nothing else. */
export interface SmallPackage {
  name: string
  version: string
  files: Record<string, string>
}

/** A signed repository of packages on disk, as a vendor has it. @returns its address, and the file of its key */
export function makeAptRepository(folder: string, packages: readonly SmallPackage[]): {url: string; key: string} {
  const [repository, keys] = [join(folder, 'repository'), join(folder, 'keys')]
  mkdirSync(repository, {recursive: true})
  mkdirSync(keys, {recursive: true, mode: 0o700})
  const index = packages.map(({name, version, files}) => {
    const tree = join(folder, 'packages', name)
    mkdirSync(join(tree, 'DEBIAN'), {recursive: true})
    const control = `Package: ${name}\nVersion: ${version}\nArchitecture: all\nMaintainer: tests <ops@example.com>\nDescription: a stand-in\n`
    writeFileSync(join(tree, 'DEBIAN', 'control'), control)
    for (const [path, text] of Object.entries(files)) {
      mkdirSync(dirname(join(tree, path)), {recursive: true})
      writeFileSync(join(tree, path), text)
    }
    const file = `${name}_${version}_all.deb`
    execFileSync('dpkg-deb', ['--build', '--root-owner-group', tree, join(repository, file)], {stdio: 'ignore'})
    return `${control}Filename: ./${file}\nSize: ${statSync(join(repository, file)).size}\nSHA256: ${digestOf(join(repository, file))}\n`
  })
  writeFileSync(join(repository, 'Packages'), `${index.join('\n')}\n`)
  writeFileSync(join(repository, 'Release'), `Origin: tests\nDate: ${new Date(Date.now() - 60_000).toUTCString().replace('GMT', 'UTC')}\nSHA256:\n ${digestOf(join(repository, 'Packages'))} ${statSync(join(repository, 'Packages')).size} Packages\n`)
  const gpg = (...args: string[]): string => execFileSync('gpg', ['--homedir', keys, '--batch', '--yes', '--pinentry-mode', 'loopback', '--passphrase', '', ...args], {encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore']})
  gpg('--quick-generate-key', 'ops@example.com', 'rsa2048', 'sign', 'never')
  gpg('--clearsign', '--digest-algo', 'SHA256', '--output', join(repository, 'InRelease'), join(repository, 'Release'))
  const key = join(folder, 'release.key')
  writeFileSync(key, gpg('--armor', '--export', 'ops@example.com'))
  try {
    execFileSync('gpgconf', ['--homedir', keys, '--kill', 'all'], {stdio: 'ignore'})
  } catch {
    // no agent was started
  }
  rmSync(join(repository, 'Release'))
  return {url: `file:${repository}/`, key: `file://${key}`}
}

function digestOf(path: string): string {
  return createHash('sha256').update(readFileSync(path)).digest('hex')
}
