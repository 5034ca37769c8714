/** Phase 1 on machines of one's own: which there are, and how they are reached. */
import {isMap, valueAt} from '../../spec/paths.ts'
import {setAt} from '../draft.ts'
import {listOf, type Answer, type Answers, type Draft, type Question, type Store} from './types.ts'

const onMachines = (answers: Answers): boolean => answers['provider'] === 'bare-metal'
const NEEDS = 'provider bare-metal'
const HOST = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?=(\d{1,3}\.){3}\d{1,3}$/

/** The hosts of a role, as `name=address`; what else is said of one stays. */
function hostsWith(role: 'control-plane' | 'worker'): Store {
  const all = (draft: Draft): Record<string, unknown>[] => {
    const hosts = valueAt(draft, ['provider', 'hosts'])
    return Array.isArray(hosts) ? hosts.filter(isMap) : []
  }
  return {
    read(draft) {
      const own = all(draft).filter((host) => host['role'] === role)
      return own.length === 0 ? undefined : own.map((host) => `${String(host['name'])}=${String(host['address'])}`)
    },
    write(draft, value) {
      const old = all(draft)
      const own = listOf(value).map((text) => {
        const [name, address] = text.split('=')
        return {...old.find((host) => host['name'] === name), name, address, role}
      })
      const others = old.filter((host) => host['role'] !== role)
      setAt(draft, ['provider', 'hosts'], role === 'control-plane' ? [...own, ...others] : [...others, ...own])
    },
  }
}

function whyNotHosts(value: Answer): string | undefined {
  const wrong = listOf(value).find((text) => !HOST.test(text))
  return wrong === undefined ? undefined : `must be name=address for each, such as cp-1=192.168.10.11 (got "${wrong}")`
}

export const machineQuestions: readonly Question[] = [
  {
    id: 'api-endpoint', phase: 'networking', kind: 'text', title: 'Address and port of the API server', path: ['provider', 'apiEndpoint'], always: true,
    why: ['A free address of the hosts\' network, which kube-vip gives to one control plane.', 'Or a load balancer of yours. It is in every certificate: it stays.'],
    when: onMachines, needs: NEEDS, initial: () => undefined,
  },
  {
    id: 'control-planes', phase: 'networking', kind: 'list', title: 'Control planes, name=address each', path: ['provider', 'hosts'], always: true, store: hostsWith('control-plane'),
    why: ['Three, in racks that do not fail together: etcd survives the loss of one.', 'An even number survives no more failures than one less.'],
    when: onMachines, needs: NEEDS, initial: () => undefined, check: whyNotHosts,
  },
  {
    id: 'workers', phase: 'networking', kind: 'list', title: 'Workers, name=address each', path: ['provider', 'hosts'], always: true, optional: true, store: hostsWith('worker'),
    why: ['What runs on the platform runs there; more can join at any time.', 'Pool, rack and SSH of each are said in kp.yaml: provider.hosts.'],
    when: onMachines, needs: NEEDS, initial: () => [], check: whyNotHosts,
  },
  {
    id: 'load-balancer-addresses', phase: 'networking', kind: 'list', title: 'Addresses for load balancers', path: ['provider', 'addresses'], always: true,
    why: ['A range such as 192.168.10.200-192.168.10.220 that nothing else uses.', 'The ingress gets the first one; no cloud is there to give any.'],
    when: onMachines, needs: NEEDS, initial: () => undefined,
  },
]
