/** A real API server with its own etcd and nothing else, for what only a real one answers. */
import {execFileSync, spawn} from 'node:child_process'
import type {ChildProcess} from 'node:child_process'
import {mkdirSync, readFileSync, writeFileSync} from 'node:fs'
import {connect, createServer} from 'node:net'
import {join} from 'node:path'
import {bringTool} from './ansible.ts'
import {freePort} from './free-port.ts'

/** It runs. */
export interface RealApi {
  /** `127.0.0.1:port`. */
  address: string
  /** The same server at an address that its certificate does not have. */
  otherAddress: string
  /** What kubectl is to be given: the address, who trusts it, and who asks. */
  as(who: 'admin' | 'nobody' | 'stranger'): string[]
  /** Folder of kubectl and kubeadm. */
  bin: string
  /** Makes what it is given; throws where that is refused. */
  create(objects: readonly object[]): void
  stop(): Promise<void>
}

const TOKENS = {admin: 'admin-token', nobody: 'nobody-token', stranger: 'no-token-of-this-cluster'}
const MINOR = '1.35'

/** Starts one. @param serviceRange of eight addresses: soon full */
export async function startRealApi(folder: string, serviceRange = '10.96.0.0/29'): Promise<RealApi> {
  const bin = await bringTool('kubernetes', MINOR)
  const certs = join(folder, 'certs')
  mkdirSync(certs, {recursive: true})
  const started: ChildProcess[] = []
  const start = (program: string, args: string[]): void => void started.push(spawn(join(bin, program), args, {stdio: 'ignore', cwd: folder}))
  const [etcd, peer, port] = [await freePort(), await freePort(), await freePort()]
  const [client, peers] = [`http://127.0.0.1:${etcd}`, `http://127.0.0.1:${peer}`]
  start('etcd', ['--name=one', `--data-dir=${join(folder, 'etcd')}`, `--listen-client-urls=${client}`, `--advertise-client-urls=${client}`, `--listen-peer-urls=${peers}`, `--initial-advertise-peer-urls=${peers}`, `--initial-cluster=one=${peers}`, '--unsafe-no-fsync=true'])
  const [key, tokens] = [join(folder, 'accounts.pem'), join(folder, 'tokens.csv')]
  execFileSync('openssl', ['genrsa', '-out', key, '2048'], {stdio: 'ignore'})
  writeFileSync(tokens, `${TOKENS.admin},admin,1,system:masters\n${TOKENS.nobody},nobody,2\n`)
  start('kube-apiserver', [
    `--etcd-servers=${client}`, '--bind-address=127.0.0.1', `--secure-port=${port}`, `--cert-dir=${certs}`, `--service-cluster-ip-range=${serviceRange}`, '--authorization-mode=RBAC', `--token-auth-file=${tokens}`,
    '--service-account-issuer=https://kubernetes.default.svc', `--service-account-key-file=${key}`, `--service-account-signing-key-file=${key}`, '--disable-admission-plugins=ServiceAccount',
  ])
  const address = `127.0.0.1:${port}`
  const as: RealApi['as'] = (who) => [`--server=https://${address}`, `--certificate-authority=${join(certs, 'apiserver.crt')}`, `--token=${TOKENS[who]}`]
  const kubectl = (args: string[], input?: string): string => execFileSync(join(bin, 'kubectl'), [...as('admin'), ...args], {encoding: 'utf8', stdio: ['pipe', 'pipe', 'pipe'], env: {...process.env, KUBECONFIG: '/dev/null'}, ...(input === undefined ? {} : {input})})
  const forward = createServer((socket) => {
    const there = connect(port, '127.0.0.1')
    for (const [from, to] of [[socket, there], [there, socket]] as const) from.on('error', () => to.destroy()).pipe(to)
  })
  const other = await freePort()
  await new Promise<void>((resolve) => forward.listen(other, '127.0.0.2', resolve))
  const stop = async (): Promise<void> => {
    forward.close()
    await Promise.all(started.filter(({exitCode}) => exitCode === null).map((child) => new Promise((resolve) => {
      child.once('exit', resolve)
      child.kill('SIGKILL')
    })))
  }
  const until = Date.now() + 120_000
  for (;;) {
    try {
      kubectl(['get', '--raw', '/readyz'])
      break
    } catch (error) {
      if (Date.now() > until || started.some(({exitCode}) => exitCode !== null)) {
        await stop()
        throw error
      }
      await new Promise((resolve) => setTimeout(resolve, 500))
    }
  }
  return {
    address, otherAddress: `127.0.0.2:${other}`, as, bin, stop,
    create: (objects) => void kubectl(['create', '--validate=ignore', '-f', '-'], JSON.stringify({apiVersion: 'v1', kind: 'List', items: objects})),
  }
}

/** What a node needs to trust that server, in base64. */
export function authorityOf(api: RealApi): string {
  const path = api.as('admin').find((arg) => arg.startsWith('--certificate-authority='))?.split('=')[1] ?? ''
  return readFileSync(path).toString('base64')
}
