/** What, why and how of phase 1. */
import type {Phase} from '../../engine/types.ts'

export const about: Pick<Phase, 'id' | 'number' | 'title' | 'what' | 'why' | 'how'> = {
  id: 'networking',
  number: 1,
  title: 'Networking and IAM',
  what: 'The network under the cluster, in three zones: private subnets for nodes, public ones for load balancers, NAT and route tables, security groups; and the IAM roles of cluster and nodes. On a cluster that exists or in the lab: the plan of zones and addresses, held against what is there.',
  why: 'Several zones are what availability is built on, and subnets are the first security boundary. Roles with least privilege let machines act without keys. Address ranges cannot be changed later, so they are checked before anything is made.',
  how: [
    'AWS: Terraform makes the VPC with one private and one public subnet a zone, a NAT gateway in each zone (network.nat: single is cheaper and fails with its zone), a route table for each private subnet, and the tags by which load balancers find their subnets.',
    'AWS: roles for the cluster and the nodes with the managed policies they need and no more. Rights of the network plugin and of controllers go to identities of their own, not to the nodes. Instance metadata is version 2 only.',
    'network.vpcCidr, podCidr, serviceCidr and the ranges of your other networks (network.hostCidrs) must not overlap. Each node takes a /24 of the pod range, so that it must have room for every pool at its largest.',
    'Own machines: host names, machine ids, time, and open ports between the hosts are checked; the address of the API server is decided here.',
    'The lab gets zones and an address plan, and no network is made.',
    'Verify: `kp verify networking`: ranges, headroom, zones, cluster DNS. `kp topology` draws zones, subnets, pools and load balancers. On AWS also `aws ec2 describe-subnets --filters Name=vpc-id,Values=<vpc>` and `terraform show`.',
  ],
}
