/** Load balancers of both generations, and their target groups. */
import {monthlyOf} from '../../../spec/aws-prices.ts'
import type {Look, Tag, Thing} from './things.ts'

/** As many as AWS tells the tags of at once. */
const AT_ONCE = 20

/** What the controller names its things: `k8s-<namespace>-<name>-<digest>`. In the platform's own network that is enough. */
const OF_CONTROLLER = /^k8s-[a-z0-9-]+-[0-9a-f]{10}$/
/** What the cloud controller names a classic one: an `a` and the UID of its Service. */
const OF_SERVICE = /^a[0-9a-f]{31}$/

const balancers: Look = {
  title: 'load balancers',
  async find(clients, {region, vpc}) {
    const sdk = await import('@aws-sdk/client-elastic-load-balancing-v2')
    const client = await clients.elbv2()
    const found: Thing[] = []
    for await (const {LoadBalancers = []} of sdk.paginateDescribeLoadBalancers({client}, {})) {
      for (const {LoadBalancerArn: id = '', LoadBalancerName: name = '', VpcId} of LoadBalancers) found.push({kind: 'load balancer', id, name, tags: [], vpc: VpcId, monthly: monthlyOf('loadBalancer', region), says: named(VpcId, vpc, OF_CONTROLLER, name)})
    }
    for await (const {TargetGroups = []} of sdk.paginateDescribeTargetGroups({client}, {})) {
      for (const {TargetGroupArn: id = '', TargetGroupName: name = '', VpcId} of TargetGroups) found.push({kind: 'target group', id, name, tags: [], vpc: VpcId, monthly: 0, says: named(VpcId, vpc, OF_CONTROLLER, name)})
    }
    const tags = await inPortions(found.map(({id}) => id), async (ids) => {
      const {TagDescriptions = []} = await client.send(new sdk.DescribeTagsCommand({ResourceArns: ids}))
      return TagDescriptions.map(({ResourceArn = '', Tags = []}): [string, Tag[]] => [ResourceArn, Tags])
    })
    return found.map((one) => ({...one, tags: tags.get(one.id) ?? []}))
  },
}

const classic: Look = {
  title: 'classic load balancers',
  async find(clients, {region, vpc}) {
    const sdk = await import('@aws-sdk/client-elastic-load-balancing')
    const client = await clients.elb()
    const found: Thing[] = []
    for await (const {LoadBalancerDescriptions = []} of sdk.paginateDescribeLoadBalancers({client}, {})) {
      for (const {LoadBalancerName: id = '', VPCId} of LoadBalancerDescriptions) found.push({kind: 'classic load balancer', id, tags: [], vpc: VPCId, monthly: monthlyOf('classicLoadBalancer', region), says: named(VPCId, vpc, OF_SERVICE, id)})
    }
    const tags = await inPortions(found.map(({id}) => id), async (names) => {
      const {TagDescriptions = []} = await client.send(new sdk.DescribeTagsCommand({LoadBalancerNames: names}))
      return TagDescriptions.map(({LoadBalancerName = '', Tags = []}): [string, Tag[]] => [LoadBalancerName, Tags])
    })
    return found.map((one) => ({...one, tags: tags.get(one.id) ?? []}))
  },
}

function named(where: string | undefined, vpc: string | undefined, form: RegExp, name: string): string | undefined {
  return vpc !== undefined && where === vpc && form.test(name) ? 'its name and network: a controller of the cluster made it' : undefined
}

async function inPortions(ids: readonly string[], ask: (ids: string[]) => Promise<[string, Tag[]][]>): Promise<Map<string, Tag[]>> {
  const found = new Map<string, Tag[]>()
  for (let index = 0; index < ids.length; index += AT_ONCE) for (const [id, tags] of await ask(ids.slice(index, index + AT_ONCE))) found.set(id, tags)
  return found
}

/** Looks by the clients of Elastic Load Balancing. */
export const BALANCER_LOOKS: readonly Look[] = [balancers, classic]
