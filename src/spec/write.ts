/** Changes values in the text of a kp.yaml and leaves everything else as it is, comments too. */
import {Scalar, isAlias, isCollection, isMap, isScalar, isSeq, parseDocument, stringify, type Document, type Node} from 'yaml'
import {KpError} from '../engine/errors.ts'
import {formatPath, type Path} from './paths.ts'

/** A field and what it shall be; undefined takes it out. */
export interface SpecChange {
  path: Path
  value: unknown
}

/** How kp writes YAML. */
export const YAML_STYLE = {lineWidth: 0, flowCollectionPadding: false} as const

/**
 * Sets or removes fields of a kp.yaml. A value that stands on one line is
 * replaced in place, so that the difference is that line only.
 * @param text a kp.yaml without syntax errors
 * @throws KpError SPEC_INVALID when the text is not YAML, or when a field is below something that is no map
 */
export function writeSpec(text: string, changes: readonly SpecChange[]): string {
  return changes.reduce((current, change) => applyChange(current, change), text)
}

function applyChange(text: string, {path, value}: SpecChange): string {
  const document = parseDocument(text, {keepSourceTokens: true})
  if (document.errors.length > 0) throw new KpError({code: 'SPEC_INVALID', message: 'kp.yaml is not valid YAML', next: ['kp plan, which says where']})
  const node = document.getIn(path, true) as Node | undefined
  const spliced = spliceScalar(text, node, value)
  if (spliced !== undefined) return spliced
  if (value === undefined) {
    if (!document.hasIn(path)) return text
    document.deleteIn(path)
  } else {
    makeWay(document, path)
    document.setIn(path, value === null || typeof value !== 'object' ? value : document.createNode(value))
  }
  return document.toString(YAML_STYLE)
}

/** Replaces a scalar on one line by another scalar; undefined where that cannot be done. */
function spliceScalar(text: string, node: Node | undefined, value: unknown): string | undefined {
  if (!isScalar(node) || value === undefined || (typeof value === 'object' && value !== null)) return undefined
  const [start, end] = node.range ?? [0, 0]
  const old = text.slice(start, end)
  if (start === end || old.includes('\n') || node.anchor !== undefined || node.tag !== undefined) return undefined
  const scalar = new Scalar(value)
  if (typeof value === 'string' && (node.type === 'QUOTE_DOUBLE' || node.type === 'QUOTE_SINGLE')) scalar.type = node.type
  // In a flow list, so that what would end a flow value is quoted.
  const [written] = /(?<=^\[).*(?=\]\n$)/s.exec(stringify([scalar], {...YAML_STYLE, collectionStyle: 'flow'})) ?? []
  return written === undefined || written.includes('\n') ? undefined : text.slice(0, start) + written + text.slice(end)
}

/** Makes maps of the empty places on the way; refuses to go below a list's or a map's stranger. */
function makeWay(document: Document, path: Path): void {
  for (let depth = 1; depth < path.length; depth++) {
    const upper = path.slice(0, depth)
    const node = document.getIn(upper, true)
    if (node === undefined || (isScalar(node) && node.value === null)) document.setIn(upper, document.createNode({}))
    else if (isAlias(node) || !isCollection(node) || (isSeq(node) && typeof path[depth] !== 'number') || (isMap(node) && typeof path[depth] === 'number')) {
      throw new KpError({
        code: 'SPEC_INVALID',
        message: `${formatPath(path)} cannot be set: ${formatPath(upper)} is not a ${typeof path[depth] === 'number' ? 'list' : 'map'}`,
        next: ['change kp.yaml by hand'],
      })
    }
  }
}
