/** A folder as a mirror of charts: packages (`<name>-<version>.tgz`) or unpacked charts (`<name>/Chart.yaml`). */
import {createHash} from 'node:crypto'
import {readdir, readFile, stat} from 'node:fs/promises'
import {join} from 'node:path'
import {promisify} from 'node:util'
import {gunzip} from 'node:zlib'
import {parse} from 'yaml'
import {asKpError, KpError} from '../engine/errors.ts'
import type {ChartChoice} from './compatibility.ts'

/** A chart that was found. */
export interface FolderChart {
  path: string
  /** Its name in the folder. */
  file: string
  /** sha256 of a package. */
  digest?: string
  identity: string
}

const DOING = 'look for charts in the mirror'
const unzip = promisify(gunzip)

/**
 * Looks for a chart; a leading `v` of the version does not matter.
 * @returns the chart, or which other versions of it the folder has
 * @throws KpError FILE_SYSTEM where the folder cannot be read, PREREQUISITE_MISSING where the chart's file is broken or another one
 */
export async function findInFolder(folder: string, wanted: ChartChoice): Promise<FolderChart | {others: string[]}> {
  const names = await readdir(folder).catch((error: unknown) => {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') {
      throw new KpError({code: 'PREREQUISITE_MISSING', message: `there is no folder ${folder}`, doing: DOING, next: ['correct charts.mirror in kp.yaml, or make the folder'], cause: error})
    }
    throw asKpError(error, DOING)
  })
  const bare = wanted.version.replace(/^v/, '')
  for (const file of [`${wanted.name}-${wanted.version}.tgz`, `${wanted.name}-${bare}.tgz`, `${wanted.name}-v${bare}.tgz`]) {
    if (names.includes(file)) return packaged(folder, file, wanted)
  }
  const unpacked = names.includes(wanted.name) ? await chartYaml(join(folder, wanted.name)) : undefined
  if (unpacked !== undefined) {
    if (unpacked.version.replace(/^v/, '') === bare) return {path: join(folder, wanted.name), file: wanted.name, identity: `folder:${await folderDigest(join(folder, wanted.name))}`}
    return {others: [unpacked.version]}
  }
  const pattern = new RegExp(`^${wanted.name.replaceAll('.', '\\.')}-(v?[0-9].*)\\.tgz$`)
  return {others: names.flatMap((name) => pattern.exec(name)?.[1] ?? []).toSorted()}
}

/** sha256 over the names and contents of all files of a folder. */
export async function folderDigest(folder: string): Promise<string> {
  const hash = createHash('sha256')
  try {
    for (const name of (await readdir(folder, {recursive: true})).toSorted()) {
      const path = join(folder, name)
      if ((await stat(path)).isFile()) hash.update(`${name.replaceAll('\\', '/')}\0`).update(await readFile(path)).update('\0')
    }
  } catch (error) {
    throw asKpError(error, DOING)
  }
  return hash.digest('hex').slice(0, 32)
}

async function packaged(folder: string, file: string, wanted: ChartChoice): Promise<FolderChart> {
  const path = join(folder, file)
  const bytes = await readFile(path).catch((error: unknown) => {
    throw asKpError(error, DOING)
  })
  const inside = await readChartYaml(bytes).catch((error: unknown) => {
    throw broken(path, (error as Error).message)
  })
  if (inside.name !== wanted.name) throw broken(path, `it holds the chart ${inside.name}, not ${wanted.name}`)
  if (inside.version.replace(/^v/, '') !== wanted.version.replace(/^v/, '')) throw broken(path, `it holds version ${inside.version}, not ${wanted.version}`)
  const digest = createHash('sha256').update(bytes).digest('hex')
  return {path, file, digest, identity: `sha256:${digest}`}
}

async function chartYaml(folder: string): Promise<{name: string; version: string} | undefined> {
  const text = await readFile(join(folder, 'Chart.yaml'), 'utf8').catch((error: unknown) => {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw asKpError(error, DOING)
  })
  if (text === undefined) return undefined
  try {
    return asChart(text)
  } catch (error) {
    throw broken(join(folder, 'Chart.yaml'), (error as Error).message)
  }
}

/** Reads `<chart>/Chart.yaml` out of a package: gzip around tar, whose headers are blocks of 512 bytes. */
async function readChartYaml(bytes: Buffer): Promise<{name: string; version: string}> {
  const tar = await unzip(bytes)
  for (let at = 0; at + 512 <= tar.length; ) {
    const name = tar.toString('utf8', at, at + 100).replace(/\0.*$/s, '')
    const size = Number.parseInt(tar.toString('latin1', at + 124, at + 136), 8) || 0
    if (/^[^/]+\/Chart\.yaml$/.test(name.replace(/^\.\//, ''))) return asChart(tar.toString('utf8', at + 512, at + 512 + size))
    at += 512 + Math.ceil(size / 512) * 512
  }
  throw new Error('there is no Chart.yaml in it')
}

function asChart(text: string): {name: string; version: string} {
  const chart: unknown = parse(text, {logLevel: 'silent'})
  if (typeof chart === 'object' && chart !== null && 'name' in chart && 'version' in chart) return {name: String(chart.name), version: String(chart.version)}
  throw new Error('its Chart.yaml names no chart and version')
}

function broken(path: string, why: string): KpError {
  return new KpError({code: 'PREREQUISITE_MISSING', message: `the chart ${path} is broken: ${why}`, doing: DOING, next: ['fetch it again with helm pull, then run the same command again']})
}
