/** A tar archive of files in memory (POSIX ustar), for a bundle that any machine can open. Pure. */

/** A file of the archive. */
export interface TarFile {
  /** Of ASCII, at most 255 characters; at most 100 after a slash. */
  path: string
  content: Buffer
}

const BLOCK = 512

/** The archive, not compressed. The same files and time give the same bytes. */
export function tar(files: TarFile[], time: number): Buffer {
  const blocks = files.flatMap(({path, content}) => [header(path, content.length, time), content, Buffer.alloc((BLOCK - (content.length % BLOCK)) % BLOCK)])
  return Buffer.concat([...blocks, Buffer.alloc(2 * BLOCK)])
}

function header(path: string, size: number, time: number): Buffer {
  const {name, prefix} = split(path)
  const block = Buffer.alloc(BLOCK)
  const octal = (value: number, at: number, length: number): void => void block.write(`${value.toString(8).padStart(length - 1, '0')}\0`, at, 'latin1')
  block.write(name, 0, 'latin1')
  octal(0o600, 100, 8)
  octal(0, 108, 8)
  octal(0, 116, 8)
  octal(size, 124, 12)
  octal(Math.floor(time / 1000), 136, 12)
  block.fill(' ', 148, 156)
  block.write('0', 156, 'latin1')
  block.write('ustar\x0000', 257, 'latin1')
  block.write(prefix, 345, 'latin1')
  // The sum is of the header with blanks in its place.
  block.write(`${block.reduce((sum, byte) => sum + byte, 0).toString(8).padStart(6, '0')}\0 `, 148, 'latin1')
  return block
}

/** @throws Error for a path that the format cannot hold */
function split(path: string): {name: string; prefix: string} {
  if (path.length <= 100) return {name: path, prefix: ''}
  const slash = path.indexOf('/', path.length - 101)
  if (slash === -1 || slash > 155) throw new Error(`the path is too long for an archive: ${path}`)
  return {name: path.slice(slash + 1), prefix: path.slice(0, slash)}
}
