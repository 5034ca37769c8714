/**
 * Writes what the project knows of the real charts into small data files:
 * `templates/components/<id>/value-paths.json` and `test/data/charts/<id>.json`.
 *
 *   node scripts/catalog-facts.ts --charts DIR [--helm PATH] [ID…]
 *
 * DIR holds packaged charts (`<chart>-<version>.tgz`, rendered with kp's values
 * by helm), or a folder for each component or chart with `objects.json`,
 * `values.yaml` and, where there is one, `values.schema.json`.
 */
import {execFileSync} from 'node:child_process'
import {existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {fileURLToPath} from 'node:url'
import {parseArgs} from 'node:util'
import {componentSchema} from '../src/components/schema.ts'
import type {ComponentEntry} from '../src/components/schema.ts'
import type {Values} from '../src/components/types.ts'
import {renderValues} from '../src/components/values.ts'
import {parse} from 'yaml'
import {factsOf, factsOfNames, formatFacts} from './chart-facts.ts'
import type {ChartFacts} from './chart-facts.ts'
import {EXAMPLE_VALUES} from './example-values.ts'
import {formatValuePaths, valuePathsOf} from './value-paths.ts'
import type {ValueSources} from './value-paths.ts'

const ROOT = fileURLToPath(new URL('..', import.meta.url))
const KUBERNETES = '1.35.0'

interface Found {
  sources: ValueSources
  facts: ChartFacts
}

const {values: options, positionals} = parseArgs({options: {charts: {type: 'string'}, helm: {type: 'string', default: 'helm'}}, allowPositionals: true})
if (options.charts === undefined) throw new Error('usage: node scripts/catalog-facts.ts --charts DIR [--helm PATH] [ID…]')
const components = join(ROOT, 'templates', 'components')
mkdirSync(join(ROOT, 'test', 'data', 'charts'), {recursive: true})
for (const id of positionals.length > 0 ? positionals : readdirSync(components)) {
  const folder = join(components, id)
  const entry = componentSchema.parse(parse(readFileSync(join(folder, 'component.yaml'), 'utf8')))
  const found = packaged(entry, folder, options.charts, options.helm) ?? unpacked(entry, options.charts)
  if (found === undefined) {
    process.stdout.write(`${id}: nothing of ${entry.chart.name} ${entry.chart.version} in ${options.charts}\n`)
    continue
  }
  writeFileSync(join(folder, 'value-paths.json'), formatValuePaths(valuePathsOf(found.sources)))
  writeFileSync(join(ROOT, 'test', 'data', 'charts', `${id}.json`), formatFacts(found.facts))
  process.stdout.write(`${id}: ${found.facts.objects.length} objects of ${entry.chart.name} ${entry.chart.version}\n`)
}

function packaged(entry: ComponentEntry, folder: string, charts: string, helm: string): Found | undefined {
  const file = [entry.chart.version, entry.chart.version.replace(/^v/, ''), `v${entry.chart.version}`].map((version) => join(charts, `${entry.chart.name}-${version}.tgz`)).find(existsSync)
  if (file === undefined) return undefined
  const template = parse(readFileSync(join(folder, 'values.yaml'), 'utf8')) as Values
  const {yaml} = renderValues({...entry, template, overlays: {}, valuePaths: '*'}, EXAMPLE_VALUES)
  const run = (args: string[], input?: string): string => execFileSync(helm, args, {encoding: 'utf8', maxBuffer: 1 << 28, ...(input === undefined ? {} : {input})})
  const scratch = mkdtempSync(join(tmpdir(), 'kp-facts-'))
  try {
    execFileSync('tar', ['-xzf', file, '-C', scratch])
    const chart = join(scratch, entry.chart.name)
    const manifest = run(['template', entry.releaseName, file, '--namespace', entry.namespace, '--kube-version', KUBERNETES, '--api-versions', 'monitoring.coreos.com/v1', ...(entry.chartCrds ? ['--include-crds'] : []), '--values', '-'], yaml)
    return {
      sources: sourcesOf(chart),
      facts: factsOf(entry, manifest),
    }
  } finally {
    rmSync(scratch, {recursive: true, force: true})
  }
}

/** The sources of a chart and of those that it contains. */
function sourcesOf(chart: string): ValueSources {
  const text = (name: string): string | undefined => (existsSync(join(chart, name)) ? readFileSync(join(chart, name), 'utf8') : undefined)
  const list = (name: string, how?: {recursive: true}): string[] => (existsSync(join(chart, name)) ? readdirSync(join(chart, name), {...how, encoding: 'utf8'}) : [])
  return {
    values: text('values.yaml') ?? '{}',
    schema: text('values.schema.json'),
    templates: list('templates', {recursive: true}).filter((name) => /\.(yaml|tpl|txt)$/.test(name)).flatMap((name) => text(join('templates', name)) ?? []),
    charts: Object.fromEntries(
      list('charts')
        .filter((name) => existsSync(join(chart, 'charts', name, 'values.yaml')))
        .flatMap((name) => keysOf(text('Chart.yaml') ?? '', name).map((key) => [key, sourcesOf(join(chart, 'charts', name))])),
    ),
  }
}

/** The keys under which a contained chart gets its values: its aliases, else its name. */
function keysOf(chartYaml: string, name: string): string[] {
  const {dependencies = []} = (parse(chartYaml, {logLevel: 'silent'}) ?? {}) as {dependencies?: {name: string; alias?: string}[]}
  const keys = dependencies.filter((one) => one.name === name).map(({alias}) => alias ?? name)
  return keys.length === 0 ? [name] : [...new Set(keys)]
}

function unpacked(entry: ComponentEntry, charts: string): Found | undefined {
  const folder = [entry.id, entry.chart.name].map((name) => join(charts, name)).find((name) => existsSync(join(name, 'objects.json')))
  if (folder === undefined) return undefined
  const schema = join(folder, 'values.schema.json')
  return {
    sources: {values: readFileSync(join(folder, 'values.yaml'), 'utf8'), schema: existsSync(schema) ? readFileSync(schema, 'utf8') : undefined},
    facts: factsOfNames(entry, JSON.parse(readFileSync(join(folder, 'objects.json'), 'utf8')) as Parameters<typeof factsOfNames>[1]),
  }
}
