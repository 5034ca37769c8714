/**
 * `images.mirror`: no image of the whole catalog, of what the phases write, or of what the lab's stages make is from
 * anywhere else. A component that cannot be moved fails here.
 */
import {existsSync, readFileSync, readdirSync} from 'node:fs'
import {describe, expect, it} from 'vitest'
import {readOnlyPlatform} from '../../../scripts/docs/platform.ts'
import type {PlatformContext} from '../../../src/context.ts'
import {applies} from '../../../src/engine/applies.ts'
import {copySource, copyTarget, imagesIn} from '../../../src/components/images.ts'
import {componentImages, relocateImage} from '../../../src/components/objects.ts'
import {platformValues} from '../../../src/components/platform-values.ts'
import {standInObjects} from '../../../src/components/stand-in-objects.ts'
import {renderValues, valueAt} from '../../../src/components/values.ts'
import {componentStages, componentsWithStages} from '../../../src/providers/lab/stages.ts'
import {moveImages} from '../../../src/steps/shared/lab-stages.ts'
import {MIRROR, placesOf, PROVIDERS, withParts} from '../../helpers/mirror.ts'
import type {ImageFacts} from '../../helpers/mirror.ts'
import {catalog, CONTEXT, ROOT} from './samples.ts'

const ALL = catalog()
const outside = (images: string[]): string[] => images.filter((image) => !image.startsWith(`${MIRROR}/`))
/** Named by a chart as a default of what kp never switches on: it need not be in the mirror. */
const NEVER_PULLED: Record<string, RegExp> = {'kube-prometheus-stack': /\/thanos\/thanos:/}

describe.each(ALL.ids())('%s', (id) => {
  const component = ALL.get(id)
  const file = `${ROOT}/test/data/images/${id}.json`
  const facts = (): ImageFacts => JSON.parse(readFileSync(file, 'utf8')) as ImageFacts

  it('has facts of its real chart, with the mirror where the values name it now', () => {
    expect(existsSync(file), `run scripts/image-facts.ts for ${id}`).toBe(true)
    expect(facts()).toMatchObject({chart: component.chart.name, version: component.chart.version, places: placesOf(component)})
  })

  it('takes every image that its real chart names from the mirror', () => {
    expect(outside(facts().images)).toEqual([])
  })

  it('lists every image that its real chart names', () => {
    const listed = PROVIDERS.flatMap((provider) => {
      const {values} = renderValues(component, {...CONTEXT, provider, imageMirror: MIRROR})
      return componentImages(component, withParts(component, values), MIRROR)
    })
    expect(facts().images.filter((image) => !listed.includes(image) && NEVER_PULLED[id]?.test(image) !== true)).toEqual([])
  })

  it.each(PROVIDERS)('has none from elsewhere on %s, as a stand-in and in the list', (provider) => {
    const {values} = renderValues(component, {...CONTEXT, provider, imageMirror: MIRROR})
    for (const one of [values, withParts(component, values)]) {
      expect(outside([...imagesIn(standInObjects(component, one)), ...componentImages(component, one, MIRROR)])).toEqual([])
    }
  })
})

it('goes with the pods that an operator makes: the Installation of Calico names the registry', () => {
  expect(valueAt(renderValues(ALL.get('tigera-operator'), {...CONTEXT, imageMirror: MIRROR}).values, 'installation.registry')).toBe(`${MIRROR}/`)
})

describe.each(componentsWithStages(ROOT))('the stages of %s', (id) => {
  const component = ALL.get(id)
  const texts = componentStages(ROOT, id).map((path) => readFileSync(path, 'utf8'))
  const known = [...component.extraImages, ...component.workloads.flatMap(({containers}) => containers)].map(({image}) => image)

  it('name images as the catalog does, so that they move with it', () => {
    for (const text of texts) {
      expect(imagesIn(text).filter((image) => !known.includes(image))).toEqual([])
      // Those of Calico follow the registry of the Installation.
      for (const [, image = ''] of text.matchAll(/\}\}(calico\/[\w./-]+:[\w.-]+)/g)) expect(known).toContain(`quay.io/${image}`)
      expect(outside(imagesIn(moveImages(text, component, MIRROR)))).toEqual([])
      expect(moveImages(text, component, undefined)).toBe(text)
    }
  })
})

describe.each([
  ['the default', {}],
  ['Calico, Traefik and Flux', {cni: {plugin: 'calico'}, ingress: {controller: 'traefik'}, gitops: {tool: 'flux', handOver: true}}],
  ['ingress-nginx and Argo CD', {ingress: {controller: 'ingress-nginx', externalDns: {enabled: true, provider: 'route53'}}, gitops: {tool: 'argo-cd'}}],
  ['the load balancer of AWS', {ingress: {controller: 'aws-load-balancer-controller'}}],
])('a whole platform: %s', (_, phases) => {
  it('has no object with an image from elsewhere', async () => {
    const ctx = await readOnlyPlatform(ROOT, {repository: 'https://git.acme.test/platform.git', images: {mirror: MIRROR}, phases} as object)
    const steps = ctx.phases.filter((phase) => applies(phase, ctx)).flatMap((phase) => phase.steps(ctx)).filter((step) => applies(step, ctx as unknown as PlatformContext))
    const seen = steps.map((step) => ({step: step.id, images: [...imagesIn(step.objects?.(ctx) ?? []), ...(step.component === undefined ? [] : imagesIn(standInObjects(ctx.catalog.get(step.component), platformValues(ctx, step.component).values)))]}))
    expect(seen.filter(({images}) => outside(images).length > 0)).toEqual([])
    // What kp itself starts is among them: the connectivity test and the demo application.
    expect(seen.flatMap(({images}) => images).filter((image) => image.includes('/e2e-test-images/')).length).toBeGreaterThanOrEqual(3)
  })
})

describe('imagesIn', () => {
  it('finds images of fields and of arguments, and takes nothing else for one', () => {
    expect(imagesIn({spec: {containers: [{image: 'short'}, {image: 'quay.io/a/b:v1'}], args: ['--reloader=quay.io/a/c:v2@sha256:'.concat('0'.repeat(64)), '--url=https://example.com/x:80', 'docs at example.com/path']}})).toEqual(['quay.io/a/b:v1', `quay.io/a/c:v2@sha256:${'0'.repeat(64)}`, 'short'])
    expect(imagesIn('https://example.com:8443/a')).toEqual([])
  })
})

it.each([
  ['quay.io/a/b:v1', 'quay.io/a/b:v1', 'm.io/x/a/b:v1'],
  [`quay.io/a/b:v1@sha256:${'1'.repeat(64)}`, `quay.io/a/b@sha256:${'1'.repeat(64)}`, 'm.io/x/a/b:v1'],
  [`quay.io/a/b@sha256:${'1'.repeat(64)}`, `quay.io/a/b@sha256:${'1'.repeat(64)}`, `m.io/x/a/b@sha256:${'1'.repeat(64)}`],
])('copies %s from %s to %s', (image, source, target) => {
  expect([copySource(image), copyTarget(relocateImage(image, 'm.io/x'))]).toEqual([source, target])
})

it('has no facts of what is gone', () => {
  expect(readdirSync(`${ROOT}/test/data/images`).map((name) => name.replace('.json', '')).toSorted()).toEqual(ALL.ids().toSorted())
})
