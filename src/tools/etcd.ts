/** Snapshots of etcd by its own maintenance interface: what `etcdctl snapshot save` writes, byte for byte. */
import {createHash} from 'node:crypto'
import {open, readFile, rename, rm} from 'node:fs/promises'
import {KpError} from '../engine/errors.ts'

/** Bytes of the hash that etcd sends at the end. */
const HASH_BYTES = 32
const PAGE_BYTES = 512

interface Part {
  result?: {blob?: string}
  error?: {message?: string}
}

/**
 * Saves the data of a member of etcd, and reads the file back before it gets its name.
 * @param address of the member, `http://127.0.0.1:2379`
 * @throws KpError STEP_FAILED where etcd does not answer, or what came is not whole
 */
export async function saveSnapshot(address: string, path: string, signal: AbortSignal): Promise<void> {
  const part = `${path}.part`
  try {
    const answer = await fetch(`${address}/v3/maintenance/snapshot`, {method: 'POST', body: '{}', signal})
    if (!answer.ok || answer.body === null) throw failed(`etcd answers ${answer.status}`)
    const file = await open(part, 'w', 0o600)
    try {
      for await (const line of linesOf(answer.body)) {
        const {result, error} = JSON.parse(line) as Part
        if (error !== undefined) throw failed(error.message ?? 'etcd ended the transfer')
        if (result?.blob !== undefined) await file.write(Buffer.from(result.blob, 'base64'))
      }
      await file.sync()
    } finally {
      await file.close()
    }
    const wrong = await complainAboutSnapshot(part)
    if (wrong !== undefined) throw failed(wrong)
    await rename(part, path)
  } catch (error) {
    await rm(part, {force: true})
    throw error instanceof KpError ? error : failed(error instanceof Error ? error.message : String(error))
  }
}

/** Why a file is no whole snapshot: it ends with the hash of all that is before; undefined where it is one. */
export async function complainAboutSnapshot(path: string): Promise<string | undefined> {
  const data = await readFile(path).catch(() => undefined)
  if (data === undefined) return 'it cannot be read'
  if (data.length <= HASH_BYTES || data.length % PAGE_BYTES !== HASH_BYTES) return `${data.length} bytes are no snapshot: the hash at the end is missing`
  const hash = createHash('sha256').update(data.subarray(0, -HASH_BYTES)).digest()
  return hash.equals(data.subarray(-HASH_BYTES)) ? undefined : 'its data does not fit the hash at its end'
}

async function* linesOf(body: ReadableStream<Uint8Array>): AsyncGenerator<string> {
  const decoder = new TextDecoder()
  let rest = ''
  for await (const chunk of body) {
    const lines = (rest + decoder.decode(chunk, {stream: true})).split('\n')
    rest = lines.pop() ?? ''
    for (const line of lines) if (line.trim() !== '') yield line
  }
  if (rest.trim() !== '') yield rest
}

function failed(why: string): KpError {
  return new KpError({code: 'STEP_FAILED', message: `the snapshot of etcd is not whole: ${why}`, doing: 'take a snapshot of etcd', next: ['run the same command again']})
}
