/** Files in the place of pipes: a program that writes into a pipe ends when the kp that read it was killed, in the middle of what it does. */
import {randomBytes} from 'node:crypto'
import {closeSync, fstatSync, openSync, readSync, unlinkSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {StringDecoder} from 'node:string_decoder'

const LOOK_MS = 100
const CHUNK = 64 * 1024

/** One such file, without a name. */
export interface KeptOutput {
  /** For the program to write to. */
  file: number
  /** The whole text, when the program has ended. Nothing is followed any more. */
  end(): string
}

/** Opens one. @param onLine called with each line as it comes */
export function keepOutput(onLine?: (line: string) => void): KeptOutput {
  const path = join(tmpdir(), `kp-${randomBytes(8).toString('hex')}`)
  const file = openSync(path, 'wx+', 0o600)
  unlinkSync(path)
  const decoder = new StringDecoder('utf8')
  const parts: string[] = []
  let read = 0
  let partial = ''
  const take = (text: string): void => {
    parts.push(text)
    const lines = `${partial}${text}`.split('\n')
    partial = lines.pop() ?? ''
    for (const line of lines) onLine?.(line)
  }
  const look = (): void => {
    const {size} = fstatSync(file)
    while (read < size) {
      const bytes = Buffer.alloc(Math.min(CHUNK, size - read))
      // At a position: the program's own place in the file stays.
      const count = readSync(file, bytes, 0, bytes.length, read)
      if (count === 0) return
      read += count
      take(decoder.write(bytes.subarray(0, count)))
    }
  }
  const timer = setInterval(look, LOOK_MS)
  return {
    file,
    end() {
      clearInterval(timer)
      look()
      take(decoder.end())
      closeSync(file)
      if (partial !== '') onLine?.(partial)
      return parts.join('')
    },
  }
}
