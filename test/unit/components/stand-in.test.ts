import {beforeAll, describe, expect, it} from 'vitest'
import {objectNames} from '../../../src/components/objects.ts'
import {neededFirst, runtimeDefinitions, standInValues} from '../../../src/components/stand-in.ts'
import type {Catalog, Component, Values} from '../../../src/components/types.ts'
import {renderValues, toYaml} from '../../../src/components/values.ts'
import {catalog, component, CONTEXT, WORKLOAD} from './samples.ts'

/** Ports of charts behind which nothing listens, or a port without a name, which the facts do not hold. */
const LEADS_NOWHERE = new Set(['barman-cloud 9090', 'opensearch-dashboards 9601', 'vpa-webhook 8000', 'cluster-autoscaler 8085'])

type Loose = any
const objectsOf = (thing: Component, values: Values = {}): Loose[] => standInValues(thing, {values, yaml: ''})['objects'] as Loose[]

/** Whether the pods behind a service or budget are made by an operator or by the cluster itself. */
function madeByOthers(thing: Component, name: string): boolean {
  return [...thing.services, ...thing.budgets].some((entry) => entry.name === name && entry.selector !== undefined)
}

describe('standInValues', () => {
  let all: Catalog
  beforeAll(async () => {
    all = catalog()
  })

  it('is the same for the same input', () => {
    for (const thing of all.all()) {
      const rendered = renderValues(thing, CONTEXT)
      expect(toYaml(standInValues(thing, rendered))).toBe(toYaml(standInValues(thing, structuredClone(rendered))))
    }
  })

  it('makes just the objects of the catalog', () => {
    for (const thing of all.all()) {
      const rendered = renderValues(thing, CONTEXT)
      const made = [...objectsOf(thing, rendered.values), ...(neededFirst(thing) as Loose[])].map((object) => `${object.apiVersion} ${object.kind} ${object.metadata.namespace ?? ''}/${object.metadata.name}`)
      const named = objectNames(thing, rendered.values, {atRuntime: true}).map((name) => `${name.apiVersion} ${name.kind} ${name.namespace ?? ''}/${name.name}`)
      expect(made.toSorted()).toEqual(named.toSorted())
      expect(new Set(made).size).toBe(made.length)
    }
  })

  it('leaves out the kinds of its own objects, which helm wants there before', () => {
    const balancers = all.get('aws-load-balancer-controller')
    expect((neededFirst(balancers) as Loose[]).map(({metadata}) => metadata.name)).toEqual(['ingressclassparams.elbv2.k8s.aws'])
    expect(objectsOf(balancers, renderValues(balancers, CONTEXT).values).map(({kind}) => kind)).toContain('IngressClassParams')
    expect(neededFirst(all.get('cert-manager'))).toEqual([])
  })

  it('allows nothing by wildcard and nobody to write beyond leases and its own secrets', () => {
    for (const thing of all.all()) {
      for (const object of objectsOf(thing, renderValues(thing, CONTEXT).values).filter(({kind}) => /^(Cluster)?Role$/.test(kind))) {
        expect(JSON.stringify(object.rules)).not.toContain('*')
        if (object.kind === 'ClusterRole') expect(object.rules.flatMap((rule: Loose) => rule.verbs).filter((verb: string) => !['get', 'list', 'watch'].includes(verb))).toEqual([])
      }
    }
  })

  it('leads every service, budget and binding to something that it makes', () => {
    for (const thing of all.all()) {
      const objects = objectsOf(thing, renderValues(thing, CONTEXT).values)
      const pods = objects.filter(({spec}) => spec?.template !== undefined && spec.selector !== undefined)
      const accounts = objects.filter(({kind}) => kind === 'ServiceAccount').map(({metadata}) => `${metadata.namespace}/${metadata.name}`)
      const roles = objects.filter(({kind}) => String(kind).endsWith('Role')).map(({kind, metadata}) => `${kind} ${metadata.name}`)
      for (const pod of pods) expect(accounts).toContain(`${pod.metadata.namespace}/${pod.spec.template.spec.serviceAccountName}`)
      for (const object of objects) {
        const selector = object.kind === 'Service' ? object.spec.selector : object.kind === 'PodDisruptionBudget' ? object.spec.selector.matchLabels : undefined
        if (selector !== undefined && !madeByOthers(thing, object.metadata.name)) expect(pods.some((pod) => Object.entries(selector).every(([label, value]) => pod.spec.template.metadata.labels[label] === value)), object.metadata.name).toBe(true)
        // A binding that is written out is held against the chart's own by the test of the catalog.
        if (object.roleRef === undefined || thing.others.some(({name, body}) => name === object.metadata.name && body?.['roleRef'] !== undefined)) continue
        // Roles of Kubernetes itself are there.
        if (!['cluster-admin', 'view'].includes(object.roleRef.name)) expect(roles).toContain(`${object.roleRef.kind} ${object.roleRef.name}`)
        for (const subject of object.subjects) expect(accounts).toContain(`${subject.namespace}/${subject.name}`)
      }
    }
  })

  it('names the ports that services lead to', () => {
    for (const thing of all.all()) {
      const objects = objectsOf(thing, renderValues(thing, CONTEXT).values)
      const ports = objects.flatMap((object) => object.spec?.template?.spec?.containers ?? []).flatMap((container: Loose) => container.ports ?? [])
      for (const service of objects.filter(({kind, metadata}) => kind === 'Service' && !madeByOthers(thing, metadata.name))) {
        for (const {targetPort} of service.spec.ports.filter((port: Loose) => !LEADS_NOWHERE.has(`${service.metadata.name} ${port.targetPort}`))) expect(ports.some((port: Loose) => port.name === targetPort || port.containerPort === targetPort), `${service.metadata.name} ${targetPort}`).toBe(true)
      }
    }
  })
})

describe('definitions', () => {
  const crd = (fields: Record<string, unknown>): Loose => objectsOf(component({crds: [{name: 'things.example.com', kind: 'Thing', scope: 'Namespaced', versions: ['v1'], ...fields}]}))[0]

  it('take anything below spec and status, with what must be there', () => {
    expect(crd({required: ['spec.a', 'spec.b'], shortNames: ['th'], columns: {Ready: '.status.ready'}, keep: true}).spec).toMatchInlineSnapshot(`
      {
        "group": "example.com",
        "names": {
          "kind": "Thing",
          "listKind": "ThingList",
          "plural": "things",
          "shortNames": [
            "th",
          ],
          "singular": "thing",
        },
        "scope": "Namespaced",
        "versions": [
          {
            "additionalPrinterColumns": [
              {
                "jsonPath": ".status.ready",
                "name": "Ready",
                "type": "string",
              },
            ],
            "name": "v1",
            "schema": {
              "openAPIV3Schema": {
                "properties": {
                  "apiVersion": {
                    "type": "string",
                  },
                  "kind": {
                    "type": "string",
                  },
                  "metadata": {
                    "type": "object",
                  },
                  "spec": {
                    "required": [
                      "a",
                      "b",
                    ],
                    "type": "object",
                    "x-kubernetes-preserve-unknown-fields": true,
                  },
                  "status": {
                    "type": "object",
                    "x-kubernetes-preserve-unknown-fields": true,
                  },
                },
                "required": [
                  "spec",
                ],
                "type": "object",
              },
            },
            "served": true,
            "storage": true,
            "subresources": {
              "status": {},
            },
          },
        ],
      }
    `)
    expect(crd({keep: true}).metadata.annotations).toEqual({'helm.sh/resource-policy': 'keep'})
  })

  it('keep fields at the top where a kind has no spec', () => {
    const {openAPIV3Schema} = crd({required: ['driver'], status: false}).spec.versions[0].schema
    expect(openAPIV3Schema).toMatchObject({required: ['driver'], 'x-kubernetes-preserve-unknown-fields': true})
    expect(openAPIV3Schema.properties).not.toHaveProperty('spec')
    expect(openAPIV3Schema.properties).not.toHaveProperty('status')
  })

  it('store one version', () => {
    expect(crd({versions: ['v1', 'v1beta1'], storage: 'v1beta1'}).spec.versions.map((version: Loose) => [version.name, version.storage])).toEqual([['v1', false], ['v1beta1', true]])
  })

  it('of run time can be made alone', async () => {
    const cilium = catalog().get('cilium')
    const made = runtimeDefinitions(cilium) as Loose[]
    expect(made.length).toBe(cilium.crds.length)
    expect(made.every(({kind}) => kind === 'CustomResourceDefinition')).toBe(true)
  })
})

describe('objects', () => {
  it('of a workload follow the values', () => {
    const [set] = objectsOf(component({workloads: [{...WORKLOAD, kind: 'StatefulSet', values: {replicas: 'n'}, containers: [...WORKLOAD.containers, {name: 'side', image: 'x/side:1'}]}]}), {n: 4})
    expect(set.spec).toMatchObject({replicas: 4, serviceName: 'thing', selector: {matchLabels: {app: 'thing'}}})
    expect(set.spec.template.spec).toMatchObject({serviceAccountName: 'thing', securityContext: {runAsNonRoot: true}})
    expect(set.spec.template.spec.containers.map(({name, ports}: Loose) => [name, ports.length])).toEqual([['thing', 1], ['side', 0]])
  })

  it('gives each pod of a StatefulSet its claims, in the size and class of the values', () => {
    const volumes = [{name: 'data', size: '10Gi', values: {size: 'disk.size', storageClass: 'disk.class'}}, {name: 'audit', size: '1Gi', when: {value: 'audit', default: false}}]
    const claims = (values: Record<string, unknown>): unknown => {
      const [set] = objectsOf(component({workloads: [{...WORKLOAD, kind: 'StatefulSet', service: 'thing-internal', volumes}]}), values as never)
      expect(set.spec).toMatchObject({serviceName: 'thing-internal'})
      return set.spec.volumeClaimTemplates
    }
    const claim = (name: string, storage: string, more: object = {}): unknown => ({metadata: {name}, spec: {accessModes: ['ReadWriteOnce'], resources: {requests: {storage}}, ...more}})
    expect(claims({})).toMatchObject([claim('data', '10Gi')])
    expect(claims({disk: {size: '50Gi', class: 'fast'}, audit: true})).toMatchObject([claim('data', '50Gi', {storageClassName: 'fast'}), claim('audit', '1Gi')])
  })

  it('of a DaemonSet have no replicas', () => {
    expect(objectsOf(component({workloads: [{...WORKLOAD, kind: 'DaemonSet'}]}))[0].spec).not.toHaveProperty('replicas')
  })

  it('of other kinds have the body that the entry gives', () => {
    const made = objectsOf(component({others: [{kind: 'ConfigMap', name: 'c'}, {kind: 'RoleBinding', name: 'b', role: 'r', account: 'elsewhere/x'}, {kind: 'ClusterRole', name: 'r'}, {apiVersion: 'example.com/v1', kind: 'Odd', name: 'o', body: {spec: {a: 1}}}]}))
    expect(made[0].data).toEqual({})
    expect(made[1]).toMatchObject({roleRef: {kind: 'Role', name: 'r'}, subjects: [{name: 'x', namespace: 'elsewhere'}]})
    expect(made[2].rules).toEqual([{apiGroups: [''], resources: ['namespaces'], verbs: ['get', 'list', 'watch']}])
    expect(made[3]).toEqual({apiVersion: 'example.com/v1', kind: 'Odd', metadata: {name: 'o', namespace: 'things'}, spec: {a: 1}})
  })
})
