/** Reads apiVersion and kind of manifests without parsing all of them: a release of helm may be megabytes. Pure. */

/** An object of a manifest, as far as a gate needs it. */
export interface Named {
  apiVersion: string
  kind: string
  name: string
}

/** The objects in a text of YAML documents. Lists are looked into by their lines. */
export function namedIn(text: string): Named[] {
  return text.split(/^---(?:[ \t].*)?$/m).flatMap(ofDocument)
}

function ofDocument(document: string): Named[] {
  const apiVersion = first(document, /^apiVersion:\s*["']?([\w./-]+)/m)
  const kind = first(document, /^kind:\s*["']?(\w+)/m)
  if (apiVersion === undefined || kind === undefined) return []
  if (kind === 'List' || kind.endsWith('List')) return ofList(document)
  const metadata = /^metadata:\s*\n((?:[ \t]+.*\n?|\s*\n)*)/m.exec(document)?.[1] ?? ''
  return [{apiVersion, kind, name: first(metadata, /^\s+name:\s*["']?([^\s"']+)/m) ?? first(document, /^metadata:\s*\{.*?\bname:\s*["']?([\w.-]+)/m) ?? '?'}]
}

/** Each item begins with `- ` at the depth of the first one. */
function ofList(document: string): Named[] {
  const items = /^items:\s*\n([\s\S]*)/m.exec(document)?.[1] ?? ''
  const indent = /^(\s*)- /.exec(items)?.[1] ?? ''
  return items.split(new RegExp(`^${indent}- `, 'm')).flatMap((item) => ofDocument(item.replaceAll(new RegExp(`^${indent}  `, 'gm'), '')))
}

function first(text: string, pattern: RegExp): string | undefined {
  return pattern.exec(text)?.[1]
}
