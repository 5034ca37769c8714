/** Finds what is wrong with a mesh: whom proxies trust, who gives them what, and what should never have joined. Pure. */
import type {Facts, ObjectRef, Sighting} from '../../engine/facts.ts'
import {refName, refOf} from '../../engine/facts.ts'
import {awayBecause} from '../shared/facts.ts'
import {ISTIO, ISTIO_CA, LINKERD, LINKERD_ISSUER, TRUST_ROOTS} from './names.ts'

/** The control plane that this platform has. */
function controlPlaneOf(facts: Facts): 'linkerd' | 'istio' | undefined {
  const has = (id: string): boolean => facts.components.some((component) => component.id === id)
  return has('linkerd-control-plane') ? 'linkerd' : has('istiod') ? 'istio' : undefined
}

/** KP1004: what proxies trust, or what signs their certificates, is gone. An end that has passed the check sees. */
export function findTrustGone(facts: Facts): Sighting[] {
  const mesh = controlPlaneOf(facts)
  if (mesh === undefined || !facts.checks.some(({id}) => id === 'mesh.trust')) return []
  const wanted: (ObjectRef & {why: string})[] = mesh === 'istio'
    ? [{kind: 'Secret', name: ISTIO_CA, namespace: ISTIO, why: 'istiod has no CA to sign certificates of proxies with'}]
    : [
      {kind: 'Secret', name: LINKERD_ISSUER, namespace: LINKERD, why: 'the identity service has nothing to sign certificates of proxies with'},
      {kind: 'ConfigMap', name: TRUST_ROOTS, namespace: LINKERD, why: 'proxies that start now do not know whom to trust'},
    ]
  return wanted.filter((one) => facts.seen(one.kind) && facts.get(one.kind, one.name, one.namespace) === undefined).map(({why, ...object}) => ({
    object,
    evidence: [`${refName(object)} does not exist: ${why}`],
    fix: [
      {text: 'What is there of it?', command: `kubectl -n ${object.namespace ?? ''} get certificates,secrets,configmaps`},
      {text: 'Put it back. What cert-manager issues anew is trusted by proxies that have the same anchor.', command: 'kp step mesh'},
      {text: 'Was the anchor made anew? Then let the control plane read it, and each namespace of the mesh after it.', command: `kubectl -n ${object.namespace ?? ''} rollout restart deployment`},
    ],
  }))
}

/** KP1007: the injector is away, or nobody calls it. */
export function findInjectorAway(facts: Facts): Sighting[] {
  const mesh = controlPlaneOf(facts)
  if (mesh === undefined) return []
  const injector: ObjectRef = mesh === 'linkerd' ? {kind: 'Deployment', name: 'linkerd-proxy-injector', namespace: LINKERD} : {kind: 'Deployment', name: 'istiod', namespace: ISTIO}
  const away = facts.checks.some(({id}) => id === 'mesh.control-plane') ? awayBecause(facts, injector) : undefined
  return away === undefined ? [] : [{object: injector, evidence: [`${away}: new pods of the mesh are refused, or start without a proxy`]}]
}

/** KP1017: the identity service of Linkerd is away; istiod is injector and identity in one. */
export function findIdentityAway(facts: Facts): Sighting[] {
  const identity: ObjectRef = {kind: 'Deployment', name: 'linkerd-identity', namespace: LINKERD}
  if (controlPlaneOf(facts) !== 'linkerd' || !facts.checks.some(({id}) => id === 'mesh.control-plane')) return []
  const away = awayBecause(facts, identity)
  return away === undefined ? [] : [{object: identity, evidence: [`${away}: proxies that start get no certificate, and those that run lose theirs within a day`]}]
}

/** Namespaces in which a proxy stands between the cluster and itself. */
const NEVER = ['kube-system', 'kube-node-lease', 'kube-public']

/** KP1016: a namespace of the system is marked. */
export function findSystemInMesh(facts: Facts): Sighting[] {
  return facts.all('Namespace').filter(({metadata}) => NEVER.includes(metadata.name)).flatMap((namespace): Sighting[] => {
    const {name, annotations = {}, labels = {}} = namespace.metadata
    const linkerd = ['enabled', 'ingress'].includes(annotations['linkerd.io/inject'] ?? '')
    const istio = labels['istio-injection'] === 'enabled' ? 'istio-injection' : labels['istio.io/rev'] === undefined ? undefined : 'istio.io/rev'
    if (!linkerd && istio === undefined) return []
    return [{
      object: refOf(namespace),
      evidence: [linkerd ? `it has the annotation linkerd.io/inject=${annotations['linkerd.io/inject']}` : `it has the label ${istio}`],
      fix: [
        {text: 'Take the mark away: pods that start anew have no proxy then.', command: linkerd ? `kubectl annotate namespace ${name} linkerd.io/inject-` : `kubectl label namespace ${name} ${istio}-`},
        {text: 'Has a pod there a proxy already? Start its workload anew.', command: `kubectl -n ${name} get pods -o custom-columns=NAME:.metadata.name,CONTAINERS:.spec.containers[*].name`},
      ],
    }]
  })
}
