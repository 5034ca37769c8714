/** Downloads a tool where its publisher can be reached, and uses nothing whose SHA-256 is not as published. */
import {createHash} from 'node:crypto'
import {createWriteStream} from 'node:fs'
import {chmod, mkdir, readFile, rename, rm} from 'node:fs/promises'
import {basename, join} from 'node:path'
import {Readable} from 'node:stream'
import {pipeline} from 'node:stream/promises'
import type {ReadableStream} from 'node:stream/web'
import {KpError} from '../../engine/errors.ts'
import type {Exec} from '../../engine/types.ts'
import type {Download, Tool} from './catalog.ts'
import {thisMachine} from './digest.ts'
import type {Environment} from './paths.ts'
import type {Progress} from './progress.ts'

/** Milliseconds until a publisher counts as out of reach. */
const PROBE_MS = 3000
/** Milliseconds without a byte until a download counts as stuck. */
const STALL_MS = 30_000

/** What a download needs. */
export interface DownloadInput {
  tool: Tool
  /** An empty folder that gets the programs. */
  folder: string
  env: Environment
  exec: Exec
  onProgress: (progress: Progress) => void
  signal?: AbortSignal | undefined
  /** Shorter limits, for tests. */
  limits?: {probeMs?: number; stallMs?: number}
}

/**
 * Downloads the tool's programs into the folder.
 * @returns false where it has no download for this machine, downloads are off, or the publisher does not answer or breaks off: build it then
 * @throws KpError TOOL_FAILED where a file is not what its publisher says it is; the file is removed
 */
export async function downloadTool(input: DownloadInput): Promise<boolean> {
  const {tool, env, signal, limits} = input
  const target = thisMachine()
  if (tool.download === undefined || env['KP_DOWNLOADS'] === 'never' || !tool.download.os.includes(target.os)) return false
  const files = tool.download.files.map((file) => fillIn(file, tool.version, env['KP_DOWNLOAD_MIRROR']))
  // The small checksum files tell at once, side by side, whether their hosts can be reached.
  const sums = await Promise.all(files.map((file) => fetchSum(file, limits?.probeMs ?? PROBE_MS, signal)))
  for (const [index, file] of files.entries()) {
    const sum = sums[index]
    if (sum === undefined) return false
    const path = join(input.folder, `.download-${index}`)
    try {
      if (!(await fetchFile(file, path, input))) return false
      await verify(file, path, sum, tool)
      await unpack(file, path, input)
    } finally {
      await rm(path, {force: true})
    }
  }
  return true
}

function fillIn(file: Download, version: string, mirror: string | undefined): Download {
  const {os, arch} = thisMachine()
  const fill = (text: string): string => text.replaceAll('{version}', version).replaceAll('{os}', os).replaceAll('{arch}', arch)
  const locate = (url: string): string => (mirror === undefined || mirror === '' ? fill(url) : mirror.replace(/\/$/, '') + new URL(fill(url)).pathname)
  return {
    ...file,
    url: locate(file.url),
    sum: locate(file.sum),
    ...(file.members === undefined ? {} : {members: Object.fromEntries(Object.entries(file.members).map(([program, member]) => [program, fill(member)]))}),
  }
}

async function fetchSum(file: Download, limitMs: number, signal: AbortSignal | undefined): Promise<string | undefined> {
  try {
    const response = await fetch(file.sum, {signal: AbortSignal.any([AbortSignal.timeout(limitMs), ...(signal === undefined ? [] : [signal])])})
    if (!response.ok) return undefined
    return /\b[0-9a-f]{64}\b/i.exec(await response.text())?.[0].toLowerCase()
  } catch {
    signal?.throwIfAborted()
    return undefined
  }
}

async function fetchFile(file: Download, path: string, {tool, onProgress, signal, limits}: DownloadInput): Promise<boolean> {
  const stall = new AbortController()
  const restart = (): NodeJS.Timeout => setTimeout(() => stall.abort(), limits?.stallMs ?? STALL_MS)
  let timer = restart()
  try {
    const response = await fetch(file.url, {signal: AbortSignal.any([stall.signal, ...(signal === undefined ? [] : [signal])])})
    if (!response.ok || response.body === null) return false
    const total = Number(response.headers.get('content-length') ?? 0)
    let received = 0
    const body = Readable.fromWeb(response.body as ReadableStream<Uint8Array>)
    body.on('data', (chunk: Buffer) => {
      clearTimeout(timer)
      timer = restart()
      received += chunk.length
      const percent = total === 0 ? {} : {percent: Math.floor((received / total) * 100)}
      onProgress({tool: tool.name, version: tool.version, phase: 'download', ...percent, line: basename(new URL(file.url).pathname)})
    })
    await pipeline(body, createWriteStream(path))
    return true
  } catch (error) {
    signal?.throwIfAborted()
    const code = (error as NodeJS.ErrnoException).code
    if (code === 'ENOSPC' || code === 'EDQUOT' || code === 'EACCES') throw error
    return false
  } finally {
    clearTimeout(timer)
  }
}

async function verify(file: Download, path: string, sum: string, tool: Tool): Promise<void> {
  const seen = createHash('sha256').update(await readFile(path)).digest('hex')
  if (seen === sum) return
  throw new KpError({
    code: 'TOOL_FAILED',
    message: `the download of ${tool.name} ${tool.version} is not what its publisher says it is`,
    doing: `download ${tool.name} ${tool.version}`,
    details: [file.url, `SHA-256 published ${sum}`, `SHA-256 received  ${seen}`, 'the file was removed and not used'],
    next: ['find out what changed it on the way (a proxy, a mirror)', 'KP_DOWNLOADS=never kp tools install   # builds it instead'],
  })
}

async function unpack(file: Download, path: string, {folder, exec, tool}: DownloadInput): Promise<void> {
  if (file.members === undefined) {
    await place(path, join(folder, file.program ?? tool.name))
    return
  }
  const unpacked = join(folder, '.unpacked')
  await mkdir(unpacked)
  await exec.run({tool: 'tar', args: ['-xzf', path, '-C', unpacked, ...Object.values(file.members)], mutates: true, doing: `unpack ${tool.name} ${tool.version}`})
  for (const [program, member] of Object.entries(file.members)) await place(join(unpacked, member), join(folder, program))
  await rm(unpacked, {recursive: true})
}

async function place(from: string, to: string): Promise<void> {
  await chmod(from, 0o755)
  await rename(from, to)
}
