/** The nodes of a pool in the lab, as objects. Pure. */
import type {ManifestContext} from '../../context.ts'
import {LAB} from '../../providers/lab/stages.ts'
import type {NodePool} from '../../spec/types.ts'
import type {KubeObject} from '../../tools/kube-api.ts'
import {toCidr, formatAddress} from '../../spec/cidr.ts'
import {planAddresses} from '../../spec/address-plan.ts'
import {parseTaint, POOL_LABEL} from '../../spec/pools.ts'

/** The nodes of a pool, spread over the zones: `general-a-1`, `general-b-1`, … */
export function labNodes(ctx: ManifestContext, pool: NodePool): KubeObject[] {
  const zones = ctx.provider.zones(ctx.spec)
  const own = pool.zones === undefined ? zones : zones.filter((zone) => pool.zones?.includes(zone))
  const plan = planAddresses(ctx.spec, zones)
  const poolIndex = ctx.spec.nodePools.findIndex(({name}) => name === pool.name)
  return Array.from({length: pool.min}, (_, index) => {
    const zone = own[index % own.length] ?? zones[0] ?? 'lab-a'
    const number = Math.floor(index / own.length) + 1
    const name = `${pool.name}-${shortZone(zone, zones)}-${number}`
    const subnet = toCidr(plan.zones.find((one) => one.zone === zone)?.privateSubnet ?? ctx.spec.network.vpcCidr)
    return {
      apiVersion: 'v1',
      kind: 'Node',
      metadata: {
        name,
        labels: {
          'kubernetes.io/hostname': name,
          'kubernetes.io/os': 'linux',
          'kubernetes.io/arch': 'amd64',
          'topology.kubernetes.io/zone': zone,
          'topology.kubernetes.io/region': 'lab',
          'node.kubernetes.io/instance-type': pool.instanceType,
          'karpenter.sh/capacity-type': pool.capacity,
          [POOL_LABEL]: pool.name,
          type: 'kwok',
          ...pool.labels,
        },
        annotations: {
          'node.alpha.kubernetes.io/ttl': '0',
          'kwok.x-k8s.io/node': 'fake',
          // Where metrics-server asks the simulated kubelet.
          'metrics.k8s.io/resource-metrics-path': `/metrics/nodes/${name}/metrics/resource`,
          [LAB.cpu]: pool.cpu,
          [LAB.memory]: pool.memory,
          [LAB.pods]: String(pool.pods),
          ...(pool.gpu === undefined ? {} : {[LAB.gpu]: String(pool.gpu.count)}),
          [LAB.address]: formatAddress(subnet.first + 10 + poolIndex * 100 + number),
        },
      },
      spec: pool.taints.length === 0 ? {} : {taints: pool.taints.map(parseTaint)},
    }
  })
}

/** The last letter of a zone, as in `lab-a`; the whole name where another zone ends alike. */
function shortZone(zone: string, zones: readonly string[]): string {
  const letters = zones.map((one) => one.slice(-1))
  return new Set(letters).size === letters.length ? zone.slice(-1) : zone
}
