/** Whether the routers of `provider.bgp` hear from the workers. */
import {check, SOON, verdict} from '../../checks/builders.ts'
import type {PlatformCheck} from '../../context.ts'
import type {Pitfall} from '../../engine/types.ts'

interface Instance {
  peers?: {name: string; peerAddress?: string; peeringState?: string}[]
}

/** As each agent reports it. */
export const bgpCheck: PlatformCheck = check({
  id: 'cni.bgp-sessions',
  title: 'Every worker talks to every router',
  pitfalls: ['KP0420'],
  within: SOON,
  appliesTo: ({spec}) => (spec.provider.type === 'bare-metal' && spec.provider.loadBalancer === 'cilium-bgp' ? true : 'no router is told of addresses'),
  async run(ctx) {
    const expected = 'a session with each of provider.bgp.peers that is established'
    const nodes = await (await ctx.cluster()).list('cilium.io/v2', 'CiliumBGPNodeConfig')
    if (nodes === undefined) return {status: 'fail', observed: 'the cluster does not know CiliumBGPNodeConfig: BGP is off in Cilium', expected}
    if (nodes.length === 0) return {status: 'fail', observed: 'no worker has a configuration for BGP yet', expected}
    const complaints = nodes.flatMap(({metadata, ...rest}) => {
      const instances = (rest as {status?: {bgpInstances?: Instance[]}}).status?.bgpInstances ?? []
      const peers = instances.flatMap(({peers: all = []}) => all)
      if (peers.length === 0) return [`node ${metadata.name} says nothing of its routers`]
      return peers.filter(({peeringState}) => peeringState !== 'established').map(({name, peerAddress, peeringState}) => `node ${metadata.name} and router ${peerAddress ?? name}: ${peeringState ?? 'no session'}`)
    })
    return verdict(complaints, `${nodes.length} ${nodes.length === 1 ? 'node talks' : 'nodes talk'} to every router`, expected)
  },
})

export const bgpPitfalls: Pitfall[] = [
  {
    code: 'KP0420',
    title: 'A router does not talk BGP to the workers',
    symptom: 'Services have an external address that answers from no other network; the session with a router is idle, active or connect.',
    cause: 'The router has no neighbour for this worker, another AS number than kp.yaml says, a firewall holds TCP 179, or it is more than one hop away.',
    match: [{check: 'cni.bgp-sessions'}],
    fix: [
      {text: 'What does each worker say of each router?', command: `kubectl get ciliumbgpnodeconfigs -o jsonpath='{range .items[*]}{.metadata.name}{" "}{.status.bgpInstances[*].peers}{"\\n"}{end}'`},
      {text: 'What does the agent say? "Bad Peer AS" is a wrong number, "connection refused" a router without this neighbour.', command: 'kubectl -n kube-system logs daemonset/cilium -c cilium-agent --tail=200'},
      {text: 'On the router each worker is a neighbour, by its own address and the AS number provider.bgp.asn. Correct provider.bgp where kp.yaml is wrong.', command: 'kp step cni'},
    ],
    confirmBy: 'cni.bgp-sessions',
    source: 'Cilium docs: BGP Control Plane, troubleshooting guide',
  },
]
