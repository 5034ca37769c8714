/** Finds namespaces that do not end. Pure. */
import {goesSlowly, refName, refOf} from '../../engine/facts.ts'
import type {Facts, Sighting} from '../../engine/facts.ts'

/** KP0511: a namespace that waits for objects with finalizers. */
export function findStuckNamespace(facts: Facts): Sighting[] {
  return facts.all('Namespace').flatMap((namespace): Sighting[] => {
    const {name} = namespace.metadata
    if (!goesSlowly(namespace, facts)) return []
    const said = ((namespace['status'] as {conditions?: {type: string; status: string; message?: string}[]} | undefined)?.conditions ?? []).filter(({status}) => status === 'True').map(({message}) => message ?? '').filter((text) => text !== '')
    const held = HOLDING.flatMap((kind) => facts.all(kind)).filter((object) => object.metadata.namespace === name && (object.metadata.finalizers ?? []).length > 0)
    return [
      {
        object: refOf(namespace),
        evidence: [...said.filter((text) => /remaining|Discovery failed|finalizers/i.test(text)), ...held.map((object) => `${refName(refOf(object))} has ${(object.metadata.finalizers ?? []).join(', ')}`)].slice(0, 4),
        fix: [
          {text: 'What does it wait for?', command: `kubectl get namespace ${name} -o jsonpath='{range .status.conditions[*]}{.type}: {.message}{"\\n"}{end}'`},
          {text: 'Does an API not answer, so that nobody can say what is left?', command: 'kubectl get apiservices | grep False'},
          ...held.map((object) => ({text: `If whoever should end ${refName(refOf(object))} will not come back: take its finalizers away.`, command: `kubectl -n ${name} patch ${object.kind.toLowerCase()} ${object.metadata.name} --type=merge -p '{"metadata":{"finalizers":null}}'`})),
        ],
      },
    ]
  })
}

/** Kinds that often have finalizers. */
const HOLDING = ['ConfigMap', 'Secret', 'Pod', 'PersistentVolumeClaim', 'Service', 'Ingress', 'Deployment', 'StatefulSet', 'Job', 'Certificate', 'Gateway', 'HTTPRoute', 'Application']
