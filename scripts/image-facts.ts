/**
 * Writes which images the real charts name when kp's values take them from a mirror: `test/data/images/<id>.json`.
 *
 *   node scripts/image-facts.ts --charts DIR [--helm PATH] [ID…]
 *
 * DIR holds packaged charts (`<chart>-<version>.tgz`). Each is rendered for every provider, as kp installs it and with
 * every part switched on that the catalog knows; run it again after a change of a chart's version or of where a
 * values template names the mirror.
 */
import {execFileSync} from 'node:child_process'
import {existsSync, mkdirSync, readdirSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {fileURLToPath} from 'node:url'
import {parseArgs} from 'node:util'
import {parseAllDocuments} from 'yaml'
import {imagesIn} from '../src/components/images.ts'
import {loadCatalog} from '../src/components/load.ts'
import type {Component} from '../src/components/types.ts'
import {MIRROR, placesOf, PROVIDERS, withParts} from '../test/helpers/mirror.ts'
import type {ImageFacts} from '../test/helpers/mirror.ts'
import {renderValues, toYaml} from '../src/components/values.ts'
import {EXAMPLE_VALUES} from './example-values.ts'

const ROOT = fileURLToPath(new URL('..', import.meta.url))
const FOLDER = join(ROOT, 'test', 'data', 'images')

const {values: options, positionals} = parseArgs({options: {charts: {type: 'string'}, helm: {type: 'string', default: 'helm'}}, allowPositionals: true})
if (options.charts === undefined) throw new Error('usage: node scripts/image-facts.ts --charts DIR [--helm PATH] [ID…]')
mkdirSync(FOLDER, {recursive: true})
for (const component of loadCatalog(join(ROOT, 'templates')).all()) {
  if (positionals.length > 0 && !positionals.includes(component.id)) continue
  const file = packageOf(component, options.charts)
  if (file === undefined) {
    process.stdout.write(`${component.id}: nothing of ${component.chart.name} ${component.chart.version} in ${options.charts}\n`)
    continue
  }
  const images = new Set<string>()
  for (const provider of PROVIDERS) {
    const {values} = renderValues(component, {...EXAMPLE_VALUES, provider, imageMirror: MIRROR})
    for (const one of [values, withParts(component, values)]) for (const image of render(component, file, toYaml(one), options.helm)) images.add(image)
  }
  const facts: ImageFacts = {chart: component.chart.name, version: component.chart.version, places: placesOf(component), images: [...images].toSorted()}
  writeFileSync(join(FOLDER, `${component.id}.json`), `${JSON.stringify(facts, null, 2)}\n`)
  process.stdout.write(`${component.id}: ${facts.images.length} images\n`)
}

function packageOf({chart}: Component, folder: string): string | undefined {
  return readdirSync(folder).filter((name) => [chart.version, chart.version.replace(/^v/, '')].some((version) => name === `${chart.name}-${version}.tgz`)).map((name) => join(folder, name)).find(existsSync)
}

/** Every image that the chart names, definitions apart. */
function render({releaseName, namespace}: Component, file: string, values: string, helm: string): string[] {
  const kinds = ['monitoring.coreos.com/v1', 'gateway.networking.k8s.io/v1', 'cert-manager.io/v1'].flatMap((kind) => ['--api-versions', kind])
  const text = execFileSync(helm, ['template', releaseName, file, '--namespace', namespace, '--kube-version', '1.35.0', ...kinds, '--values', '-'], {encoding: 'utf8', input: values, maxBuffer: 1 << 28})
  const objects = parseAllDocuments(text, {logLevel: 'silent'}).map((document) => ('toJS' in document ? (document.toJS() as {kind?: string} | null) : null))
  return imagesIn(objects.filter((object) => object !== null && object.kind !== 'CustomResourceDefinition'))
}
