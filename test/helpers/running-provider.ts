/**
 * Terraform's AWS provider, started once for many commands of terraform. By itself terraform starts it two or three times a command,
 * and each command takes its whole schema of 1,500 types to pieces, which is half of what a command costs. It is the same program,
 * talked to as ever; terraform is told of those types alone that kp's stacks are made of.
 */
import {execFileSync, spawn} from 'node:child_process'
import type {ChildProcess} from 'node:child_process'
import {connect, constants, createServer} from 'node:http2'
import type {ClientHttp2Session, Http2Server, IncomingHttpHeaders, ServerHttp2Stream} from 'node:http2'
import {globSync, mkdtempSync, readFileSync, rmSync, writeFileSync} from 'node:fs'
import {createConnection} from 'node:net'
import {tmpdir} from 'node:os'
import {delimiter, join} from 'node:path'
import {providerIn} from '../../scripts/aws/provider.ts'
import {trimSchema} from './provider-schema.ts'
import {PROJECT} from './run-kp.ts'

/** Commands of terraform that change nothing. */
const LOOKS = ['plan', 'show', 'validate']

/** A provider that runs. */
export interface RunningProvider {
  /** With this PATH a terraform is found that uses it. */
  terraform: {PATH: string}
  stop(): void
}

/** With this one terraform starts a provider by itself, as it does for people. */
export const BY_TERRAFORM = {PATH: process.env['PATH'] ?? ''}

/** What the provider says of where it listens. */
interface Reattach {
  Pid: number
  Addr: {Network: string; String: string}
}

/** It ends where it did not listen within two seconds. */
const ATTEMPTS = 5

/**
 * Starts one.
 * @param options.env leads it to the emulator
 * @param options.applies whether it also applies; else terraform starts its own for that
 */
export async function startProvider({mirror, env, applies}: {mirror: string; env: Record<string, string>; applies: boolean}): Promise<RunningProvider> {
  const folder = mkdtempSync(join(tmpdir(), 'kp-test-provider-'))
  const {child, reattach} = await started(providerIn(mirror), {...process.env, ...env, GOGC: '400', TF_LOG: ''})
  const socket = join(folder, 'socket')
  const server = await between(socket, reattach.Addr.String)
  const stop = (): void => {
    server.close()
    child.kill('SIGKILL')
    rmSync(folder, {recursive: true, force: true})
  }
  process.once('exit', stop)
  const text = JSON.stringify({'registry.terraform.io/hashicorp/aws': {...reattach, Addr: {Network: 'unix', String: socket}}})
  writeFileSync(join(folder, 'terraform'), wrapper({lock: join(folder, 'lock'), reattach: text, commands: applies ? [...LOOKS, 'apply'] : LOOKS}), {mode: 0o755})
  return {terraform: {PATH: [folder, BY_TERRAFORM.PATH].join(delimiter)}, stop}
}

/** A terraform that uses the provider. It holds one configuration at a time: commands wait for each other. */
function wrapper({lock, reattach, commands}: {lock: string; reattach: string; commands: string[]}): string {
  const real = execFileSync('sh', ['-c', 'command -v terraform'], {encoding: 'utf8'}).trim()
  const alone = process.platform === 'darwin' ? 'lockf -k' : 'flock'
  return `#!/bin/sh\ncase "$1" in\n  ${commands.join('|')}) TF_REATTACH_PROVIDERS='${reattach}' exec ${alone} '${lock}' '${real}' "$@" ;;\nesac\nexec '${real}' "$@"\n`
}

async function started(program: string, env: NodeJS.ProcessEnv): Promise<{child: ChildProcess; reattach: Reattach}> {
  let said = ''
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const child = spawn(program, ['-debug'], {stdio: ['ignore', 'pipe', 'pipe'], env})
    said = ''
    const text = await new Promise<string | undefined>((resolve) => {
      const hear = (chunk: Buffer): void => {
        said = (said + chunk.toString()).slice(-2000)
        const found = /TF_REATTACH_PROVIDERS='(.+)'/.exec(said)?.[1]
        if (found !== undefined) resolve(found)
      }
      child.once('error', (error) => resolve(void (said += error.message)))
      child.once('exit', () => resolve(undefined))
      child.stdout.on('data', hear)
      child.stderr.on('data', hear)
    })
    const reattach = text === undefined ? undefined : Object.values(JSON.parse(text) as Record<string, Reattach>)[0]
    if (reattach !== undefined) return {child, reattach}
    child.kill('SIGKILL')
  }
  throw new Error(`the provider did not start: ${said}`)
}

/** Stands between terraform and the provider: everything goes through as it is, but for the answer to the question of the schema. */
async function between(socket: string, provider: string): Promise<Http2Server> {
  const upstream = connect('http://localhost', {createConnection: () => createConnection(provider), settings: {initialWindowSize: 2 ** 24}})
  upstream.on('error', () => {})
  upstream.unref()
  let schema: Promise<Buffer> | undefined
  const server = createServer({settings: {initialWindowSize: 2 ** 24}})
  server.on('session', (session) => session.on('error', () => {}))
  server.on('stream', (stream, headers) => {
    stream.on('error', () => {})
    if (headers[':path'] === '/tfplugin5.Provider/GetSchema') {
      schema ??= askSchema(upstream, headers)
      schema.then((answer) => tell(stream, answer), () => stream.close(constants.NGHTTP2_INTERNAL_ERROR))
    } else pass(upstream, stream, headers)
  })
  await new Promise<void>((resolve) => server.listen(socket, resolve))
  server.unref()
  return server
}

function pass(upstream: ClientHttp2Session, stream: ServerHttp2Stream, headers: IncomingHttpHeaders): void {
  const request = upstream.request(headers)
  let trailers: IncomingHttpHeaders = {}
  request.on('error', () => stream.close(constants.NGHTTP2_INTERNAL_ERROR))
  request.on('response', (answer, flags) => {
    const last = (flags & constants.NGHTTP2_FLAG_END_STREAM) !== 0
    if (!stream.destroyed) stream.respond(answer, last ? {endStream: true} : {waitForTrailers: true})
    if (!last) request.pipe(stream)
  })
  request.on('trailers', (found) => (trailers = found))
  stream.on('wantTrailers', () => stream.sendTrailers(trailers))
  stream.on('close', () => request.close(stream.rstCode))
  stream.pipe(request)
}

/** Asks once for all: the schema of a program does not change. */
function askSchema(upstream: ClientHttp2Session, headers: IncomingHttpHeaders): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const request = upstream.request(headers)
    const chunks: Buffer[] = []
    request.on('error', reject)
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => resolve(trimSchema(Buffer.concat(chunks), typesOfStacks())))
    // The request of a call without arguments.
    request.end(Buffer.alloc(5))
  })
}

function tell(stream: ServerHttp2Stream, answer: Buffer): void {
  stream.respond({':status': 200, 'content-type': 'application/grpc'}, {waitForTrailers: true})
  stream.on('wantTrailers', () => stream.sendTrailers({'grpc-status': '0'}))
  stream.resume()
  stream.end(answer)
}

/** Types of resources and of what is only read in the templates. */
function typesOfStacks(): ReadonlySet<string> {
  const texts = globSync('templates/terraform/**/*.tf', {cwd: PROJECT}).map((path) => readFileSync(join(PROJECT, path), 'utf8'))
  return new Set(texts.flatMap((text) => [...text.matchAll(/^(?:resource|data)\s+"(aws_\w+)"/gm)].map(([, type = '']) => type)))
}
