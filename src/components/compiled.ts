/** The catalog as commands use it: a component is read when it is asked for, from what the build made of it where that is current. */
import {createHash} from 'node:crypto'
import {mkdirSync, readdirSync, readFileSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {componentIds, inUpgradeOrder, loadCatalog, loadComponent, noComponent, refuseProblems} from './load.ts'
import type {Catalog, Component, ValuePaths} from './types.ts'

const VALUE_PATHS = 'value-paths.json'

interface Compiled {
  /** Digest of the files that it was made of. */
  sources: string
  component: Omit<Component, 'valuePaths'>
}

/**
 * Opens the catalog. Parsing and checking YAML is most of the time that a short command takes: the build did both already.
 * @param home kp's own folder, with `templates/` and, where kp was built, `dist/`
 * @throws KpError FILE_SYSTEM where there is no catalog; `get` and `all` throw BUG where a component has a mistake
 */
export function openCatalog(home: string): Catalog {
  const templates = join(home, 'templates')
  const ids = componentIds(templates)
  const known = new Map<string, Component>()
  const get = (id: string): Component => {
    const component = known.get(id) ?? (ids.includes(id) ? open(home, id) : undefined)
    if (component === undefined) throw noComponent(id, ids)
    known.set(id, component)
    return component
  }
  return {get, has: (id) => ids.includes(id), ids: () => ids, all: () => inUpgradeOrder(ids.map(get))}
}

/** Checks the catalog and writes what `openCatalog` reads. Part of the build. */
export function compileCatalog(home: string): void {
  const folder = join(home, 'dist', 'catalog')
  mkdirSync(folder, {recursive: true})
  for (const {valuePaths: _valuePaths, ...component} of loadCatalog(join(home, 'templates')).all()) {
    const compiled: Compiled = {sources: digest(folderOf(home, component.id)), component}
    writeFileSync(join(folder, `${component.id}.json`), JSON.stringify(compiled))
  }
}

function open(home: string, id: string): Component {
  const folder = folderOf(home, id)
  const compiled = readCompiled(home, id)
  if (compiled !== undefined && compiled.sources === digest(folder)) return withValuePaths(compiled.component, join(folder, VALUE_PATHS))
  const problems: string[] = []
  const component = loadComponent(folder, id, problems)
  refuseProblems(problems, join(home, 'templates', 'components'))
  if (component === undefined) throw noComponent(id, [])
  return component
}

/** The values that a chart knows are many, and rarely asked for. */
function withValuePaths(component: Compiled['component'], path: string): Component {
  let paths: ValuePaths | undefined
  return Object.defineProperty(component, 'valuePaths', {enumerable: true, get: () => (paths ??= JSON.parse(readFileSync(path, 'utf8')) as ValuePaths)}) as Component
}

function readCompiled(home: string, id: string): Compiled | undefined {
  try {
    return JSON.parse(readFileSync(join(home, 'dist', 'catalog', `${id}.json`), 'utf8')) as Compiled
  } catch {
    return undefined
  }
}

function digest(folder: string): string {
  const hash = createHash('sha1')
  for (const file of readdirSync(folder).toSorted()) if (file !== VALUE_PATHS) hash.update(`${file}\0`).update(readFileSync(join(folder, file)))
  return hash.digest('hex')
}

function folderOf(home: string, id: string): string {
  return join(home, 'templates', 'components', id)
}
