/** The stand-in chart against helm itself. Needs a helm: KP_TEST_HELM names it. */
import {execFileSync} from 'node:child_process'
import {beforeAll, describe, expect, it} from 'vitest'
import {parseAllDocuments} from 'yaml'
import {objectNames} from '../../src/components/objects.ts'
import {standInValues} from '../../src/components/stand-in.ts'
import type {Catalog} from '../../src/components/types.ts'
import {renderValues, toYaml} from '../../src/components/values.ts'
import {catalog, CONTEXT, ROOT} from '../unit/components/samples.ts'

const HELM = process.env['KP_TEST_HELM']
const CHART = `${ROOT}/lab/standin`
const IDS = ['cert-manager', 'cilium', 'envoy-gateway', 'envoy-gateway-crds', 'gateway-api', 'snapshot-controller']

describe.skipIf(HELM === undefined)('the stand-in chart (skipped without KP_TEST_HELM, the path of a helm)', () => {
  let all: Catalog
  const helm = (args: string[], input: string): string => execFileSync(HELM ?? 'helm', args, {encoding: 'utf8', input, maxBuffer: 1 << 27, stdio: ['pipe', 'pipe', 'pipe']})

  beforeAll(async () => {
    all = catalog()
  })

  describe.each(IDS)('for %s', (id) => {
    const inputs = (): {yaml: string; names: string[]; namespace: string; release: string; version: string} => {
      const component = all.get(id)
      const rendered = renderValues(component, CONTEXT)
      return {
        yaml: toYaml(standInValues(component, rendered)),
        names: objectNames(component, rendered.values, {atRuntime: true}).map(({apiVersion, kind, namespace, name}) => `${apiVersion} ${kind} ${namespace ?? ''}/${name}`).toSorted(),
        namespace: component.namespace,
        release: component.releaseName,
        version: component.chart.appVersion ?? component.chart.version,
      }
    }
    const render = ({yaml, namespace, release}: ReturnType<typeof inputs>): string => helm(['template', release, CHART, '--namespace', namespace, '--values', '-'], yaml)

    it('passes helm lint', () => {
      expect(helm(['lint', CHART, '--strict', '--values', '-'], inputs().yaml)).toContain('0 chart(s) failed')
    })

    it('renders exactly the objects of the catalog, labelled as helm charts do', () => {
      const wanted = inputs()
      const objects = parseAllDocuments(render(wanted)).map((document) => document.toJS() as {apiVersion: string; kind: string; metadata: {name: string; namespace?: string; labels: Record<string, string>; annotations?: Record<string, string>}}).filter((object) => object !== null)
      expect(objects.map(({apiVersion, kind, metadata}) => `${apiVersion} ${kind} ${metadata.namespace ?? ''}/${metadata.name}`).toSorted()).toEqual(wanted.names)
      for (const {metadata} of objects) {
        expect(metadata.labels).toMatchObject({'app.kubernetes.io/managed-by': 'Helm', 'app.kubernetes.io/version': wanted.version, 'lab.kp.dev/stand-in': 'true'})
        expect(metadata.annotations ?? {}).not.toHaveProperty(['helm.sh/hook'])
      }
    })

    it('renders the same text every time', () => {
      expect(render(inputs())).toBe(render(inputs()))
    })
  })

  it('refuses values that are not a stand-in\'s', () => {
    expect(() => helm(['template', 'x', CHART, '--values', '-'], 'replicas: 2\n')).toThrow(/replicas/)
    expect(() => helm(['template', 'x', CHART, '--values', '-'], 'objects: [{kind: Pod}]\n')).toThrow(/apiVersion/)
  })
})
