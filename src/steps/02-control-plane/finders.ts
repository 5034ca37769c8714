/** Finds what is wrong with the control plane. Pure. */
import type {Facts, Sighting} from '../../engine/facts.ts'
import {refOf} from '../../engine/facts.ts'
import {isOwnNamespace} from '../shared/facts.ts'

/** KP0204: a program of the control plane has stopped, while the API server answers. */
export function findDeadProgram(facts: Facts): Sighting[] {
  const check = facts.checks.find(({id}) => id === 'control-plane.controllers')
  if (check === undefined) return []
  return [check.observed, ...check.evidence].filter((line, index, all) => all.indexOf(line) === index).flatMap((line): Sighting[] => {
    const name = line.match(/^(kube-[a-z-]+) has not renewed its lease/)?.[1]
    if (name === undefined) return []
    const waiting = name === 'kube-scheduler' ? facts.all('Pod').filter((pod) => (pod['spec'] as {nodeName?: string}).nodeName === undefined) : [...facts.all('Deployment'), ...facts.all('StatefulSet'), ...facts.all('DaemonSet')]
    const fix =
      facts.provider === 'lab'
        ? [{text: 'The lab names the part that is dead.', command: `kp lab status ${facts.cluster}`}, {text: 'Bring it back.', command: 'kp step control-plane'}]
        : [{text: `On each control plane node: does ${name} run?`, command: `sudo crictl ps -a --name ${name}`}, {text: 'Who holds the leases, and since when?', command: 'kubectl -n kube-system get leases kube-scheduler kube-controller-manager'}]
    return [{object: {kind: 'Program', name}, evidence: [line], affects: waiting.map((object) => refOf(object)), fix}]
  })
}

/** KP0208: an API whose Service is not there, or has nobody behind it. */
export function findOrphanedApi(facts: Facts): Sighting[] {
  return facts.all('APIService').flatMap((api): Sighting[] => {
    const service = (api['spec'] as {service?: {namespace: string; name: string}} | undefined)?.service
    const available = ((api['status'] as {conditions?: {type: string; status: string; reason?: string; message?: string}[]} | undefined)?.conditions ?? []).find(({type}) => type === 'Available')
    if (service === undefined || available === undefined || available.status === 'True') return []
    const own = isOwnNamespace(facts, service.namespace)
    const there = facts.get('Service', service.name, service.namespace) !== undefined
    const look = {text: 'Which one?', command: 'kubectl get apiservices | grep False'}
    const fix = own || there
      ? [look, {text: 'Does its Service have endpoints?', command: `kubectl -n ${service.namespace} get endpointslices -l kubernetes.io/service-name=${service.name}`}, {text: 'Bring the component back.', command: 'kp up'}]
      : [look, {text: 'The component behind it is gone, and nobody here makes it: remove what it left.', command: `kubectl delete apiservice ${api.metadata.name}`}]
    const stuck = facts.all('Namespace').filter((one) => one.metadata.deletionTimestamp !== undefined)
    return [{object: refOf(api), evidence: [`Available=${available.status} (${available.reason ?? ''}) ${available.message ?? ''}`.trim()], values: {namespace: service.namespace, service: service.name}, affects: stuck.map((one) => refOf(one)), fix}]
  })
}
