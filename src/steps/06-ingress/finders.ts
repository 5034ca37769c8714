/** Finds ways in that end nowhere. Pure. */
import type {FactObject, Facts, Sighting} from '../../engine/facts.ts'
import {refName, refOf} from '../../engine/facts.ts'
import type {FixStep} from '../../engine/types.ts'
import {isOwnNamespace, nearest, patchCommand, podLabels, podSpec} from '../shared/facts.ts'

interface Port {
  name?: string
  port: number
  targetPort?: number | string
  protocol?: string
}

interface ServiceSpec {
  selector?: Record<string, string>
  ports?: Port[]
  type?: string
}

interface RouteSpec {
  rules?: {backendRefs?: {kind?: string; name: string; namespace?: string; port?: number; weight?: number}[]}[]
}

const WORKLOADS = ['Deployment', 'StatefulSet', 'DaemonSet']
const specOf = (service: FactObject): ServiceSpec => service['spec'] ?? {}
const fits = (selector: Record<string, string>, labels: Record<string, string> = {}): boolean => Object.entries(selector).every(([key, value]) => labels[key] === value)

/** Services that routes or Ingresses lead to, each with the object that does. */
function led(facts: Facts): {route: FactObject; service: string; namespace: string; rule: number; ref: number; weight: number}[] {
  const routes = ['HTTPRoute', 'GRPCRoute'].flatMap((kind) => facts.all(kind)).flatMap((route) =>
    ((route['spec'] as RouteSpec | undefined)?.rules ?? []).flatMap(({backendRefs = []}, rule) =>
      backendRefs.flatMap(({kind = 'Service', name, namespace, weight = 1}, ref) => (kind === 'Service' ? [{route, service: name, namespace: namespace ?? route.metadata.namespace ?? '', rule, ref, weight}] : [])),
    ),
  )
  const ingresses = facts.all('Ingress').flatMap((route) =>
    ((route['spec'] as {rules?: {http?: {paths?: {backend?: {service?: {name: string}}}[]}}[]} | undefined)?.rules ?? []).flatMap(({http}, rule) =>
      (http?.paths ?? []).flatMap(({backend}, ref) => (backend?.service === undefined ? [] : [{route, service: backend.service.name, namespace: route.metadata.namespace ?? '', rule, ref, weight: 1}])),
    ),
  )
  return [...routes, ...ingresses]
}

/** KP0608: a route leads to a Service that is not there. */
export function findMissingService(facts: Facts): Sighting[] {
  if (!facts.seen('Service')) return []
  const lost = led(facts).filter(({service, namespace}) => facts.get('Service', service, namespace) === undefined)
  return lost.map(({route, service, namespace, rule, ref}): Sighting => {
    const there = facts.all('Service').filter(({metadata}) => metadata.namespace === namespace).map(({metadata}) => metadata.name)
    const meant = nearest(service, there) ?? there.find((name) => service.startsWith(name) || name.startsWith(service)) ?? (there.length === 1 ? there[0] : undefined)
    const path = route.kind === 'Ingress' ? `/spec/rules/${rule}/http/paths/${ref}/backend/service/name` : `/spec/rules/${rule}/backendRefs/${ref}/name`
    const correct: FixStep[] =
      meant === undefined
        ? [{text: `Make the Service ${namespace}/${service}, or take the rule away.`}]
        : [{text: `Lead to ${meant}, which is there.`, command: `kubectl -n ${route.metadata.namespace ?? 'default'} patch ${route.kind.toLowerCase()} ${route.metadata.name} --type=json -p '${JSON.stringify([{op: 'replace', path, value: meant}])}'`}]
    return {
      object: refOf(route),
      evidence: [`${refName(refOf(route))} leads to Service ${namespace}/${service}, which does not exist`],
      fix: [{text: 'Which Services are there?', command: `kubectl -n ${namespace} get services`}, ...(isOwnNamespace(facts, namespace) ? [{text: 'Put back what kp made.', command: 'kp step ingress'}] : correct)],
    }
  })
}

/** KP0613: a Service has nobody behind it: its selector fits no pod, or what it fits is scaled to zero. */
export function findNobodyBehind(facts: Facts): Sighting[] {
  // What gets no share of the requests is the side of a release that waits.
  const wanted = new Set(led(facts).filter(({weight}) => weight > 0).map(({service, namespace}) => `${namespace}/${service}`))
  return facts.all('Service').flatMap((service): Sighting[] => {
    const {name, namespace = ''} = service.metadata
    const selector = specOf(service).selector ?? {}
    if (Object.keys(selector).length === 0) return []
    const near = WORKLOADS.flatMap((kind) => facts.all(kind)).filter(({metadata}) => metadata.namespace === namespace)
    const own = near.filter((workload) => fits(selector, podLabels(workload)))
    const used = wanted.has(`${namespace}/${name}`)
    const own0 = own.filter((workload) => (workload['spec'] as {replicas?: number}).replicas === 0)
    if (own0.some((workload) => restsOnPurpose(facts, workload))) return []
    const system = isOwnNamespace(facts, namespace)
    if (used && own.length > 0 && own0.length === own.length) {
      const [first] = own0 as [FactObject]
      return [{object: refOf(first), evidence: [`${refName(refOf(first))} is scaled to 0, and routes lead to Service ${namespace}/${name}`], affects: [refOf(service)], fix: [system ? {text: 'Put back what kp made.', command: 'kp step ingress'} : {text: 'Scale it up again.', command: `kubectl -n ${namespace} scale ${first.kind.toLowerCase()} ${first.metadata.name} --replicas=2`}]}]
    }
    // A selector of a Service that nobody uses, or of another installation, is no mistake of today.
    const pods = facts.all('Pod').filter(({metadata}) => metadata.namespace === namespace && fits(selector, metadata.labels))
    const meant = near.find(({metadata}) => metadata.name === name) ?? near.find((workload) => Object.keys(selector).every((key) => podLabels(workload)[key] !== undefined) && used)
    if (pods.length > 0 || own.length > 0 || meant === undefined || namespace === 'kube-system') return []
    const corrected = Object.fromEntries(Object.keys(selector).map((key) => [key, podLabels(meant)[key] ?? null]))
    return [
      {
        object: refOf(service),
        evidence: [`its selector ${words(selector)} fits no pod; those of ${refName(refOf(meant))} have ${words(podLabels(meant))}`],
        fix: [
          {text: 'Which pods does it lead to?', command: `kubectl -n ${namespace} get endpointslices -l kubernetes.io/service-name=${name}`},
          system ? {text: 'Put back what kp made.', command: 'kp step ingress'} : {text: `Let it select the pods of ${meant.metadata.name}.`, command: patchCommand(service, {spec: {selector: corrected}})},
        ],
      },
    ]
  })
}

/** Whether somebody else decides how many there are, and wants none now: an owner, or an autoscaler that may go to zero. */
function restsOnPurpose(facts: Facts, workload: FactObject): boolean {
  if (workload.metadata.ownerReferences?.some(({controller}) => controller === true) === true) return true
  const {kind, name, namespace} = refOf(workload)
  return facts.all('HorizontalPodAutoscaler').some((one) => {
    const {scaleTargetRef, minReplicas} = (one['spec'] ?? {}) as {scaleTargetRef?: {kind: string; name: string}; minReplicas?: number}
    return one.metadata.namespace === namespace && scaleTargetRef?.kind === kind && scaleTargetRef.name === name && (minReplicas === 0 || one.metadata.ownerReferences?.some(({controller}) => controller === true) === true)
  })
}

function words(labels: Record<string, string>): string {
  return Object.entries(labels).map(([key, value]) => `${key}=${value}`).join(',')
}

/** KP0626: a Service leads to a named port that its pods do not have. */
export function findMissingPort(facts: Facts): Sighting[] {
  return facts.all('Service').flatMap((service): Sighting[] => {
    const {namespace = ''} = service.metadata
    const {selector = {}, ports = []} = specOf(service)
    // In namespaces of kp the ports are a matter of the charts, and drift is found there.
    if (Object.keys(selector).length === 0 || isOwnNamespace(facts, namespace)) return []
    const pods = facts.all('Pod').filter(({metadata}) => metadata.namespace === namespace && fits(selector, metadata.labels))
    if (pods.length === 0) return []
    const names = [...new Set(pods.flatMap((pod) => [...(podSpec(pod).containers ?? []), ...(podSpec(pod).initContainers ?? [])].flatMap(({ports: own = []}) => own.flatMap(({name}) => name ?? []))))]
    const bad = ports.filter(({targetPort}) => typeof targetPort === 'string' && !names.includes(targetPort))
    if (bad.length === 0) return []
    const [only] = names
    const corrected = ports.map((port) => (bad.includes(port) ? {...port, targetPort: nearest(String(port.targetPort), names) ?? only} : port))
    return [
      {
        object: refOf(service),
        evidence: bad.map(({port, targetPort}) => `port ${port} leads to the port ${String(targetPort)}, its pods have ${names.join(', ') || 'no named ports'}`),
        fix: [
          {text: 'Which ports have the pods?', command: `kubectl -n ${namespace} get pods -o custom-columns='NAME:.metadata.name,PORTS:.spec.containers[*].ports[*].name'`},
          only === undefined ? {text: 'Name the port of the container, or give its number here.'} : {text: 'Lead to a port that is there.', command: patchCommand(service, {spec: {ports: corrected}})},
        ],
      },
    ]
  })
}
