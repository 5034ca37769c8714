/** Reads HCL as `terraform fmt` lays it out: blocks and the names of arguments. Values are left as text. */

/** A block with what is in it. */
export interface HclBlock {
  type: string
  labels: string[]
  /** Names of the arguments. */
  arguments: string[]
  blocks: HclBlock[]
}

const BLOCK = /^([\w-]+)((?: "[^"]+")*) \{(\})?$/
const ARGUMENT = /^([\w-]+)\s+= (.*)$/

/** The blocks of a file. @throws Error where a line is nothing of HCL as it is formatted */
export function readHcl(text: string): HclBlock[] {
  const root: HclBlock = {type: 'file', labels: [], arguments: [], blocks: []}
  const open = [root]
  // Brackets of an expression that goes on over several lines.
  let depth = 0
  for (const raw of text.split('\n')) {
    const line = raw.trim()
    const here = open.at(-1)
    if (here === undefined) throw new Error(`a bracket too many: ${raw}`)
    if (depth > 0) depth += balance(line)
    else if (line === '' || line.startsWith('#')) continue
    else if (line === '}') open.pop()
    else if (BLOCK.test(line)) {
      const [, type = '', labels = '', closed] = BLOCK.exec(line) ?? []
      const block: HclBlock = {type, labels: [...labels.matchAll(/"([^"]+)"/g)].map(([, label = '']) => label), arguments: [], blocks: []}
      here.blocks.push(block)
      if (closed === undefined) open.push(block)
    } else if (ARGUMENT.test(line)) {
      const [, name = '', value = ''] = ARGUMENT.exec(line) ?? []
      here.arguments.push(name)
      depth = balance(value)
    } else throw new Error(`no HCL: ${raw}`)
  }
  if (open.length !== 1 || depth !== 0) throw new Error('a bracket is missing')
  return root.blocks
}

function balance(text: string): number {
  const code = text.replaceAll(/"(?:[^"\\]|\\.)*"/g, '')
  return [...code].reduce((sum, letter) => sum + ('([{'.includes(letter) ? 1 : ')]}'.includes(letter) ? -1 : 0), 0)
}
