/** Finds images that cannot be pulled because of their name or their registry. Pure. */
import type {Facts, Sighting} from '../../engine/facts.ts'
import {refOf} from '../../engine/facts.ts'
import {byWorkload, eventsAbout, isOwnNamespace, olderVersionRuns, rollBack, slashName} from '../shared/facts.ts'

const REFUSED = /not found|manifest unknown|name unknown|unauthorized|403 Forbidden|\bdenied\b|InvalidImageName|no such host/

interface Container {
  name: string
  image?: string
  state?: {waiting?: {reason?: string; message?: string}}
}

/** KP0111: the image does not exist, or the registry does not give it. */
export function findMissingImage(facts: Facts): Sighting[] {
  const waiting = facts.all('Pod').flatMap((pod) => {
    const status = (pod['status'] ?? {}) as {containerStatuses?: Container[]; initContainerStatuses?: Container[]}
    const container = [...(status.initContainerStatuses ?? []), ...(status.containerStatuses ?? [])].find(({state}) => /^(?:ImagePullBackOff|ErrImagePull|InvalidImageName)$/.test(state?.waiting?.reason ?? ''))
    if (container === undefined) return []
    const said = [container.state?.waiting?.message ?? '', ...eventsAbout(facts, pod, 'Failed').map(({message}) => message)].find((text) => REFUSED.test(text))
    return said === undefined || /toomanyrequests/.test(said) ? [] : [{pod, container, said}]
  })
  return byWorkload(facts, waiting).map(({workload, items: [{pod, container, said}]}): Sighting => {
    const {namespace = 'default'} = pod.metadata
    const look = {text: 'The event names the image.', command: `kubectl -n ${namespace} describe pod ${pod.metadata.name}`}
    const fix = isOwnNamespace(facts, namespace)
      ? [look, {text: 'Put the workload of kp back; with a mirror, kp mirror list says what it must hold.', command: 'kp up'}]
      : olderVersionRuns(facts, workload)
        ? [look, ...rollBack(workload)]
        : [look, {text: `Correct the image of ${slashName(workload)}, push what is missing, or give the namespace a pull secret.`}]
    return {object: refOf(workload), evidence: [`Pod ${namespace}/${pod.metadata.name}, container ${container.name}: ${container.image ?? ''}`, said], values: {pod: pod.metadata.name, container: container.name}, fix}
  })
}
