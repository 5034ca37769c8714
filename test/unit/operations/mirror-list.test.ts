/** What an air-gapped mirror must hold. */
import {describe, expect, it} from 'vitest'
import {readOnlyPlatform} from '../../../scripts/docs/platform.ts'
import {mirrorListOf} from '../../../src/operations/mirror-list.ts'
import {chartLines, imageLines, renderMirrorList} from '../../../src/ui/render-mirror.ts'
import type {MirrorListResult} from '../../../src/ui/results.ts'
import {mirrorList} from '../../../src/ui/schemas/mirror.ts'
import {PROJECT} from '../../helpers/run-kp.ts'
import {plainLook} from '../ui/samples.ts'

const list = async (answers: object = {}): Promise<MirrorListResult> => mirrorListOf(await readOnlyPlatform(PROJECT, answers))
const MIRRORS = {charts: {mirror: 'oci://harbor.example.com/charts/'}, images: {mirror: 'harbor.example.com/mirror'}}

describe('mirrorListOf', () => {
  it('names charts and images of the phases that are on, and no others', async () => {
    const all = await list()
    const without = await list({phases: {monitoring: {enabled: false}, cni: {plugin: 'calico'}}})
    const components = (result: MirrorListResult): string[] => result.charts.map(({component}) => component)
    expect(components(all)).toEqual(expect.arrayContaining(['cilium', 'kube-prometheus-stack', 'prometheus-operator-crds']))
    expect(components(without)).toEqual(expect.arrayContaining(['calico-crds', 'tigera-operator']))
    for (const gone of ['cilium', 'kube-prometheus-stack', 'prometheus-operator-crds']) expect(components(without)).not.toContain(gone)
    expect(without.images.filter(({image}) => /cilium|prometheus|grafana/.test(image))).toEqual([])
    expect(without.images.map(({image}) => image)).toContain('quay.io/calico/node:v3.32.1')
  })

  it('has what operators and kp itself start, each once with who uses it', async () => {
    const {images} = await list()
    const usedBy = (part: string): string[] | undefined => images.find(({image}) => image.includes(part))?.usedBy
    expect(usedBy('cert-manager-acmesolver')).toEqual(['cert-manager'])
    expect(usedBy('prometheus-config-reloader')).toEqual(['kube-prometheus-stack'])
    expect(usedBy('envoyproxy/envoy:')).toEqual(['envoy-gateway'])
    expect(usedBy('e2e-test-images/agnhost')).toEqual(expect.arrayContaining(['cni/connectivity-after', 'cni/connectivity-before', 'ingress/demo']))
    expect(new Set(images.map(({image}) => image)).size).toBe(images.length)
  })

  it('says where each goes, and nothing where kp.yaml names no mirror', async () => {
    const moved = await list(MIRRORS)
    const plain = await list()
    expect(moved.images.map(({image}) => image)).toEqual(plain.images.map(({image}) => image))
    expect(moved.images.filter(({target}) => target?.startsWith('harbor.example.com/mirror/') !== true || target.includes('@'))).toEqual([])
    expect(plain.images.every(({target}) => target === null)).toBe(true)
    expect(moved.charts.find(({component}) => component === 'cert-manager')).toEqual({
      component: 'cert-manager', name: 'cert-manager', version: 'v1.21.1', repository: 'oci://quay.io/jetstack/charts',
      pull: 'oci://quay.io/jetstack/charts/cert-manager --version v1.21.1', target: 'oci://harbor.example.com/charts/cert-manager:v1.21.1',
    })
    expect((await list({charts: {mirror: './charts'}})).charts.find(({component}) => component === 'cilium')?.target).toBe('./charts/cilium-1.20.0.tgz')
    for (const result of [moved, plain]) expect(mirrorList.strict().parse(result)).toEqual(result)
  })

  it('takes the values of kp.yaml', async () => {
    const {images} = await list({components: {'argo-cd': {values: {dex: {enabled: true}}}}, repository: 'https://git.acme.test/p.git', phases: {gitops: {tool: 'argo-cd'}}})
    expect(images.some(({image}) => image.includes('dexidp/dex'))).toBe(true)
  })
})

it('says what it cannot know', async () => {
  const pinned = await list({components: {cilium: {version: '1.19.3'}}})
  expect(pinned.notes).toEqual(["components.cilium.version is 1.19.3: the images are those of kp's own version, hold them against the chart of yours"])
  expect(renderMirrorList(pinned, plainLook(80))).toContain('! components.cilium.version is 1.19.3')
  expect((await list()).notes).toEqual([])
})

describe('its texts', () => {
  it('give scripts one pair a line, and helm its arguments', async () => {
    const result = await list(MIRRORS)
    for (const line of imageLines(result).split('\n')) expect(line).toMatch(/^\S+ harbor\.example\.com\/mirror\/\S+$/)
    expect(imageLines(await list()).split('\n').every((line) => /^\S+$/.test(line))).toBe(true)
    const charts = chartLines(result).split('\n')
    expect(charts).toContain('cilium --repo https://helm.cilium.io --version 1.20.0')
    // Two components share a chart.
    expect(charts.filter((line) => line.includes('gateway-crds-helm'))).toHaveLength(1)
  })

  it('keep within 80 columns', async () => {
    const text = renderMirrorList(await list(MIRRORS), plainLook(80))
    expect(text.split('\n').filter((line) => line.length > 80)).toEqual([])
    expect(text).toContain('charts go to oci://harbor.example.com/charts/; images go to')
    expect(renderMirrorList(await list(), plainLook(80))).toContain('set charts.mirror and images.mirror in kp.yaml')
  })
})
