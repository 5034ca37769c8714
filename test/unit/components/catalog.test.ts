/** The project's own catalog, held against what the real charts create. */
import {readdirSync} from 'node:fs'
import {beforeAll, describe, expect, it} from 'vitest'
import {standInObjects} from '../../../src/components/stand-in-objects.ts'
import {componentImages, objectNames, resolveObjects} from '../../../src/components/objects.ts'
import type {Catalog, Component, ProviderId} from '../../../src/components/types.ts'
import {renderValues, valueAt} from '../../../src/components/values.ts'
import {unknownValuePaths} from '../../../src/components/values-check.ts'
import {catalog, CONTEXT, factsOf, ROOT} from './samples.ts'

const IDS = readdirSync(`${ROOT}/templates/components`).toSorted()
const PROVIDERS: ProviderId[] = ['lab', 'existing', 'kind', 'eks', 'kubeadm-aws', 'bare-metal']
/** Charts that can make no budget: phase day2 does. */
const WITHOUT_BUDGET = new Set(['chaos-mesh'])
let all: Catalog

beforeAll(async () => {
  all = catalog()
})

describe('the catalog', () => {
  it('has the components that the phases need, in the order of upgrades', () => {
    expect(all.all().map(({id}) => id).toSorted()).toEqual(IDS)
    const orders = all.all().map(({upgradeOrder}) => upgradeOrder)
    expect(orders).toEqual(orders.toSorted((a, b) => a - b))
    expect(all.has('cilium')).toBe(true)
    expect(() => all.get('cilum')).toThrow('the catalog has no component "cilum"')
  })

  it('upgrades what is depended on first', () => {
    for (const component of all.all()) for (const other of component.dependsOn) expect(all.get(other).upgradeOrder).toBeLessThan(component.upgradeOrder)
  })
})

describe.each(IDS)('%s', (id) => {
  const get = (provider: ProviderId = 'existing', mirror?: string): {component: Component; values: ReturnType<typeof renderValues>['values']} => {
    const component = all.get(id)
    return {component, values: renderValues(component, {...CONTEXT, provider, ...(mirror === undefined ? {} : {imageMirror: mirror})}).values}
  }
  const key = ({kind, name, namespace}: {kind: string; name: string; namespace?: string | undefined}): string => `${kind} ${namespace === undefined ? '' : `${namespace}/`}${name}`

  it('names the chart and version that the facts are of', () => {
    const {chart} = get().component
    expect(factsOf(id)).toMatchObject({chart: chart.name, version: chart.version})
  })

  it.each(PROVIDERS)('gives the chart only values that it knows, on %s', (provider) => {
    const {component, values} = get(provider, 'harbor.example.com/mirror')
    expect(unknownValuePaths(component, values)).toEqual([])
  })

  it('looks up numbers and conditions at values that the chart knows', () => {
    const {component} = get()
    const paths = [...component.workloads, ...component.budgets].flatMap((entry) => Object.values(entry.values).filter((path) => path !== undefined))
    const conditions = [...component.workloads, ...component.services, ...component.budgets, ...component.crds, ...component.webhooks, ...component.others].flatMap(({when}) => (when === undefined ? [] : [when.value]))
    for (const path of new Set([...paths, ...conditions, ...component.immutableValues.map((entry) => entry.path)])) {
      const nested = path.split('.').reduceRight<unknown>((below, part) => ({[part]: below}), 1) as Record<string, unknown>
      expect(unknownValuePaths(component, nested), path).toEqual([])
    }
  })

  it('names only objects that the chart creates', () => {
    const {component, values} = get()
    const made = factsOf(id).objects.map((name) => name.replace(/ \*$/, ''))
    expect(objectNames(component, values).map(key).filter((name) => !made.includes(name))).toEqual([])
  })

  it('marks what hooks make', () => {
    const hooks = factsOf(id).objects.filter((name) => name.endsWith(' *'))
    for (const webhook of get().component.webhooks) expect(hooks.includes(`${webhook.kind} ${webhook.name} *`), webhook.name).toBe(webhook.hook)
  })

  it('names every workload, service, budget, definition and webhook of the chart', () => {
    const {component, values} = get()
    const named = objectNames(component, values).map(key)
    const wanted = factsOf(id).objects.map((name) => name.replace(/ \*$/, '')).filter((name) => /^(Deployment|DaemonSet|StatefulSet|Service|PodDisruptionBudget|CustomResourceDefinition|\w+WebhookConfiguration) /.test(name))
    expect(wanted.filter((name) => !named.includes(name))).toEqual([])
  })

  it('describes the workloads as the chart makes them', () => {
    const {component, values} = get()
    const real = factsOf(id).workloads ?? {}
    for (const workload of resolveObjects(component, values).workloads) {
      const made = real[key(workload)]
      expect({selector: workload.labels, account: workload.account, containers: Object.fromEntries(workload.containers.map(({name, image, ports}) => [name, {image, ports}]))}).toEqual({selector: made?.selector, account: made?.account, containers: made?.containers})
      // A chart that says no number has one.
      if (workload.kind !== 'DaemonSet') expect(workload.replicas).toBe(made === undefined ? undefined : (made.replicas ?? 1))
      expect(Object.fromEntries(workload.volumes.map(({name, size}) => [name, size]))).toEqual(made?.volumes ?? {})
    }
  })

  it('describes services and budgets as the chart makes them', () => {
    const {component, values} = get()
    const {services = {}, budgets = {}, workloads = {}} = factsOf(id)
    const objects = resolveObjects(component, values)
    const labels = ({workload, selector}: {workload?: string | undefined; selector?: Record<string, string> | undefined}): unknown => selector ?? objects.workloads.find(({name}) => name === workload)?.labels
    for (const service of objects.services) {
      const ports = service.ports.map((port) => ({...port, targetPort: port.targetPort ?? port.port}))
      const real = services[`Service ${service.namespace}/${service.name}`]
      // A name of a port and its number are the same thing.
      const numbers = Object.values(workloads).flatMap(({containers}) => Object.values(containers)).reduce<Record<string, number>>((sum, {ports: known}) => ({...sum, ...known}), {})
      const numbered = (list: {targetPort?: string | number | undefined}[] = []): unknown => list.map((port) => ({...port, targetPort: numbers[String(port.targetPort)] ?? port.targetPort}))
      expect({headless: service.headless, ports: numbered(ports)}).toEqual({headless: real?.headless, ports: numbered(real?.ports)})
      // A Service may name more of the pods' labels than the workload does.
      expect(real?.selector, service.name).toMatchObject(labels(service) as object)
    }
    for (const budget of objects.budgets) {
      const {minAvailable, maxUnavailable} = budget
      expect(JSON.parse(JSON.stringify({minAvailable, maxUnavailable, selector: labels(budget)}))).toEqual(budgets[`PodDisruptionBudget ${budget.namespace}/${budget.name}`])
    }
  })

  it('describes definitions and webhooks as the chart makes them', () => {
    const {component} = get()
    const {crds = {}, webhooks = {}} = factsOf(id)
    for (const crd of component.crds.filter(({atRuntime}) => !atRuntime)) {
      const real = crds[crd.name]
      expect({...crd, versions: crd.versions.toSorted()}).toMatchObject({kind: real?.kind, scope: real?.scope, versions: real?.served.toSorted(), shortNames: real?.shortNames, status: real?.status})
      expect(crd.storage ?? crd.versions[0], crd.name).toBe(real?.storage)
      // Whatever kp asks for the real one asks for too; `spec` goes without saying where one of its fields is asked for.
      expect(crd.required.filter((field) => field !== 'spec' && !real?.required.includes(field)), crd.name).toEqual([])
    }
    for (const webhook of component.webhooks) {
      const real = webhooks[`${webhook.kind} ${webhook.name}`] ?? []
      expect(webhook.calls.map(({name, path, port, failurePolicy, rules, namespaceSelector}) => JSON.parse(JSON.stringify({name, service: `${component.namespace}/${webhook.service}`, path, port, failurePolicy, rules, namespaceSelector})) as unknown)).toEqual(real)
    }
  })

  it('binds the roles that the chart binds', () => {
    const {component, values} = get()
    const {bindings = {}} = factsOf(id)
    for (const entry of component.others.filter(({kind}) => kind.endsWith('Binding') && kind !== 'ValidatingAdmissionPolicyBinding')) {
      const made = standInObjects({...component, others: [entry]}, values).find((object) => object['roleRef'] !== undefined) as {roleRef: {name: string}; subjects: {name: string; namespace: string}[]}
      const namespace = entry.kind === 'RoleBinding' ? (entry.namespace ?? component.namespace) : undefined
      expect({role: made.roleRef.name, accounts: made.subjects.map((subject) => `${subject.namespace}/${subject.name}`)}).toEqual(bindings[key({...entry, namespace})])
    }
  })

  it('takes every image from the mirror where there is one', () => {
    const {component, values} = get('existing', 'harbor.example.com/mirror')
    const images = componentImages(component, values, 'harbor.example.com/mirror')
    expect(images.filter((image) => !image.startsWith('harbor.example.com/mirror/'))).toEqual([])
    expect(images.length).toBe(componentImages(component, get().values).length)
  })

  it('runs more than one of each where the chart lets it, guarded by a budget', () => {
    const {component, values} = get()
    const objects = resolveObjects(component, values)
    for (const workload of objects.workloads.filter(({kind, values: paths}) => kind !== 'DaemonSet' && paths.replicas !== undefined)) {
      expect(workload.replicas, workload.name).toBeGreaterThan(1)
      expect(objects.budgets.some((budget) => budget.workload === workload.name), workload.name).toBe(!WITHOUT_BUDGET.has(id))
    }
    for (const workload of objects.workloads) expect(workload.resources, workload.name).toHaveProperty('requests.memory')
  })
})

describe('cilium on EKS', () => {
  it('takes the addresses of pods from the VPC and the image made for it', () => {
    const component = all.get('cilium')
    const {values} = renderValues(component, {...CONTEXT, provider: 'eks'})
    expect(valueAt(values, 'ipam')).toEqual({mode: 'eni'})
    expect(valueAt(values, 'routingMode')).toBe('native')
    expect(componentImages(component, values).some((image) => image.startsWith('quay.io/cilium/operator-aws:'))).toBe(true)
  })
})
