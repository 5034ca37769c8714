/** The schema that a provider of terraform tells of itself, without the types that nobody asks for. */
import {Buffer} from 'node:buffer'

/** Fields of tfplugin5.GetProviderSchema.Response whose entries are types of things by name. */
const BY_NAME = new Set([2, 3, 8, 9, 10, 11])

/** Takes a gRPC message apart, drops the types that are not wanted, and puts it together again. */
export function trimSchema(framed: Buffer, wanted: ReadonlySet<string>): Buffer {
  const kept = fieldsOf(framed.subarray(5)).filter(({number, value}) => !BY_NAME.has(number) || wanted.has(keyOf(value))).map(({bytes}) => bytes)
  const body = Buffer.concat(kept)
  const head = Buffer.alloc(5)
  head.writeUInt32BE(body.length, 1)
  return Buffer.concat([head, body])
}

interface Field {
  number: number
  /** The field as it stands in the message. */
  bytes: Buffer
  value: Buffer
}

/** Messages and texts alone: a schema has nothing else at its top. */
function fieldsOf(message: Buffer): Field[] {
  const found: Field[] = []
  for (let at = 0; at < message.length; ) {
    const tag = varint(message, at)
    if ((tag.value & 7) !== 2) throw new Error(`not a field with a length at ${at}`)
    const length = varint(message, tag.end)
    const end = length.end + length.value
    found.push({number: tag.value >>> 3, bytes: message.subarray(at, end), value: message.subarray(length.end, end)})
    at = end
  }
  return found
}

/** The key of an entry of a map. */
function keyOf(entry: Buffer): string {
  return fieldsOf(entry).find(({number}) => number === 1)?.value.toString() ?? ''
}

function varint(bytes: Buffer, from: number): {value: number; end: number} {
  let value = 0
  for (let at = from, shift = 0; at < bytes.length; at++, shift += 7) {
    const byte = bytes[at] ?? 0
    value += (byte & 127) * 2 ** shift
    if (byte < 128) return {value, end: at + 1}
  }
  throw new Error('the message ends in the middle of a number')
}
