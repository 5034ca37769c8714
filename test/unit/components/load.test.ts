import {mkdir, mkdtemp, rm, writeFile} from 'node:fs/promises'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {afterEach, beforeEach, describe, expect, it} from 'vitest'
import {KpError} from '../../../src/engine/errors.ts'
import {loadCatalog} from '../../../src/components/load.ts'

const ENTRY = `id: thing
title: Thing
about: Does a thing.
phase: day2
chart: {name: thing, repository: "https://charts.example.com", version: 1.2.3}
releaseName: thing
namespace: things
upgradeOrder: 1
tested: {kubernetes: ">=1.33", source: vendor}
`
let root: string

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'kp-catalog-'))
})
afterEach(() => rm(root, {recursive: true, force: true}))

async function write(files: Record<string, string>, id = 'thing'): Promise<void> {
  const folder = join(root, 'components', id)
  await mkdir(folder, {recursive: true})
  const whole = {'component.yaml': ENTRY, 'values.yaml': 'a: 1\n', 'value-paths.json': '{"a": "*"}', ...files}
  await Promise.all(Object.entries(whole).filter(([, text]) => text !== '-').map(([name, text]) => writeFile(join(folder, name), text)))
}

async function problems(): Promise<string[]> {
  const error = await Promise.try(() => loadCatalog(root)).then(() => undefined, (reason: unknown) => reason)
  expect(error).toBeInstanceOf(KpError)
  expect((error as KpError).code).toBe('BUG')
  expect((error as KpError).next.length).toBeGreaterThan(0)
  return (error as KpError).details
}

describe('loadCatalog', () => {
  it('reads entry, values and paths, with defaults filled in', async () => {
    await write({'values.eks.yaml': 'a: 2\n'})
    const thing = (loadCatalog(root)).get('thing')
    expect(thing).toMatchObject({id: 'thing', template: {a: 1}, overlays: {eks: {a: 2}}, valuePaths: {a: '*'}, install: {method: 'helm'}, chartCrds: true, crds: [], dependsOn: []})
  })

  it('says where an unknown field is and what a wrong one must be', async () => {
    await write({'component.yaml': ENTRY.replace('upgradeOrder: 1', 'upgradeOrder: first\nupgradeOrdr: 1') + 'breaks:\n  - {kubernetes: newer, reason: r, source: s}\n'})
    expect(await problems()).toEqual([
      'thing/component.yaml:8:1: upgradeOrder: Invalid input: expected number, received string',
      'thing/component.yaml:9:1: upgradeOrdr: is not known here',
      'thing/component.yaml:12:6: breaks.0.kubernetes: must be a version range such as ">=1.33 <1.37"',
    ])
  })

  it('says where a field is missing', async () => {
    await write({'component.yaml': ENTRY.replace('title: Thing\n', '')})
    expect(await problems()).toEqual(['thing/component.yaml:1:1: title: Invalid input: expected string, received undefined'])
  })

  it('says where the YAML is broken', async () => {
    await write({'component.yaml': 'id: [thing\n', 'values.yaml': 'a: "\n'})
    const found = await problems()
    expect(found[0]).toMatch(/^thing\/component\.yaml:2:1: /)
    expect(found[1]).toMatch(/^thing\/values\.yaml:2:1: /)
  })

  it('refuses placeholders that the platform has no value for', async () => {
    await write({'values.yaml': 'a: 1\nb: ${podCird}\n'})
    expect(await problems()).toEqual(['thing/values.yaml:2:4: ${podCird} is no value of the platform; did you mean "podCidr"?'])
  })

  it('refuses missing files, other ids, unknown providers and broken paths', async () => {
    await write({'value-paths.json': '-', 'component.yaml': ENTRY.replace('id: thing', 'id: other'), 'values.eksx.yaml': 'a: 1\n', 'values.yaml': '- 1\n'})
    expect(await problems()).toEqual([
      'thing/component.yaml: id: is "other", must be the folder\'s name',
      'thing/value-paths.json: is missing',
      'thing/values.eksx.yaml: "eksx" is no provider; did you mean "eks"?',
      'thing/values.yaml:1:1: must be a map of values',
    ])
  })

  it('refuses names that lead nowhere', async () => {
    const entry = `${ENTRY}services:
  - {name: s, workload: none, ports: [{port: 80}]}
budgets:
  - {name: b, workload: none, minAvailable: 1}
webhooks:
  - {kind: ValidatingWebhookConfiguration, name: w, service: none, calls: [{name: c, path: /x, failurePolicy: Fail, rules: [{apiGroups: [""], apiVersions: [v1], operations: [CREATE], resources: [pods]}]}]}
crds:
  - {name: things.example.com, kind: Thing, scope: Cluster, versions: [v1], storage: v2}
`
    await write({'component.yaml': entry})
    expect(await problems()).toEqual([
      'thing/component.yaml: budgets: b guards no workload "none"',
      'thing/component.yaml: crds: things.example.com stores "v2", which is not among its versions',
      'thing/component.yaml: services: s leads to no workload "none"',
      'thing/component.yaml: webhooks: w calls no service "none"',
    ])
  })

  it('refuses a dependency that is not there', async () => {
    await write({'component.yaml': `${ENTRY}dependsOn: [nothing]\n`})
    expect(await problems()).toEqual(['thing/component.yaml: dependsOn: there is no component "nothing"'])
  })

  it('says that a folder cannot be read', async () => {
    expect(() => loadCatalog(join(root, 'nowhere'))).toThrow(expect.objectContaining({doing: 'read the component catalog'}) as Error)
  })
})
