/** Shared by the tests of the catalog. */
import {readFileSync} from 'node:fs'
import {fileURLToPath} from 'node:url'
import {loadCatalog} from '../../../src/components/load.ts'
import {componentSchema} from '../../../src/components/schema.ts'
import type {Catalog, Component, Values} from '../../../src/components/types.ts'
import type {ChartFacts} from '../../../scripts/chart-facts.ts'

/** The platform with which `scripts/catalog-facts.ts` renders the real charts. */
export {EXAMPLE_VALUES as CONTEXT} from '../../../scripts/example-values.ts'

export const ROOT = fileURLToPath(new URL('../../..', import.meta.url))

/** The catalog of the project. */
export function catalog(): Catalog {
  return loadCatalog(`${ROOT}/templates`)
}

/** What the real chart of a component creates. */
export function factsOf(id: string): ChartFacts {
  return JSON.parse(readFileSync(`${ROOT}/test/data/charts/${id}.json`, 'utf8')) as ChartFacts
}

/** A small component, with fields of one's own. */
export function component(fields: Record<string, unknown> = {}, template: Values = {}): Component {
  const entry = componentSchema.parse({
    id: 'thing',
    title: 'Thing',
    about: 'Does a thing.',
    phase: 'day2',
    chart: {name: 'thing', repository: 'https://charts.example.com', version: 'v1.2.3'},
    releaseName: 'thing',
    namespace: 'things',
    upgradeOrder: 1,
    tested: {kubernetes: '>=1.33 <1.37', source: 'vendor'},
    ...fields,
  })
  return {...entry, template, overlays: {}, valuePaths: '*'}
}

/** A workload of such a component. */
export const WORKLOAD = {
  kind: 'Deployment',
  name: 'thing',
  account: 'thing',
  labels: {app: 'thing'},
  containers: [{name: 'thing', image: 'quay.io/acme/thing:v1.2.3@sha256:abc', ports: {http: 8080}}],
}
