/** `provider`: where the cluster runs, with the settings of each kind. */
import {z} from 'zod'
import {bytes, cidr, count, dnsLabel, domainName, filePath, onOff, text} from './common.ts'

const awsRegion = () => text(/^[a-z]{2}(-[a-z]+)+-[0-9]$/, 'must be an AWS region such as eu-central-1')
const awsAccount = () => text(/^[0-9]{12}$/, 'must be an AWS account number of 12 digits, in quotes')
const instanceType = () => text(/^[a-z][a-z0-9-]*\.[a-z0-9-]+$/, 'must be an instance type such as m6i.large')
const ipAddress = () => text(/^((25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])(\.(?!$)|$)){4}$/, 'must be an IPv4 address such as 192.168.10.11')
const roleArn = () => text(/^arn:aws[a-z-]*:iam::[0-9]{12}:role\/\S+$/, 'must be the ARN of an IAM role')
const kmsArn = () => text(/^arn:aws[a-z-]*:kms:[a-z0-9-]+:[0-9]{12}:key\/\S+$/, 'must be the ARN of a KMS key')

/** Settings that both AWS providers have. */
const aws = {
  region: awsRegion().describe('AWS region of everything that kp makes'),
  account: awsAccount().optional().describe('Account number that the credentials must belong to; kp refuses any other'),
  profile: text(/^\S+$/, 'must be the name of a profile').optional().describe('Profile of the AWS configuration to use'),
  assumeRole: roleArn().optional().describe('Role that kp takes on in the account'),
  tags: z.record(z.string(), z.string({error: 'must be text; put numbers in quotes'})).default({})
    .describe('Tags for everything that kp makes, besides its own'),
  kmsKey: kmsArn().optional().describe('Existing KMS key for encryption; without it kp makes one'),
  bastion: z.enum(['ssm', 'host', 'none']).default('ssm').describe('How people reach a private endpoint: SSM sessions, a bastion host, or not through kp'),
  backupVault: onOff(false, 'AWS Backup of the volumes besides Velero'),
  billingExport: onOff(false, 'Export of the billing data to S3'),
}

const sshFields = {
  user: text(/^[a-z_][a-z0-9_-]*$/, 'must be a user name'),
  port: count(1, 65_535),
  key: filePath().optional().describe('Path of the private key; without it the SSH agent is asked'),
  jumpHost: text(/^([a-z_][a-z0-9_-]*@)?[A-Za-z0-9.-]+(:[0-9]{1,5})?$/, 'must be [user@]host[:port]').optional().describe('Host to go through'),
}

const ssh = z.strictObject({
  ...sshFields,
  user: sshFields.user.default('ubuntu').describe('User that kp logs in as; it needs sudo'),
  port: sshFields.port.default(22).describe('Port of the SSH server'),
})

/** What a single host does differently; nothing here has a default, so that nothing is overridden by accident. */
const hostSsh = z.strictObject({
  ...sshFields,
  user: sshFields.user.optional().describe('User, where it differs'),
  port: sshFields.port.optional().describe('Port, where it differs'),
})

/** Machines that kp makes get the public half of the key. */
const madeSsh = z.strictObject({
  ...ssh.shape,
  publicKey: text(/^(ssh-ed25519|ssh-rsa|ecdsa-sha2-nistp\d+) \S+( .*)?$/, 'must be a public key such as ssh-ed25519 AAAA…').optional()
    .describe('Public half of the key that logs in; it is no secret. Without it the image must know one'),
})

const lab = z.strictObject({
  type: z.literal('lab').describe('Embedded cluster: real control plane, simulated nodes'),
  webhooks: onOff(false, 'Runs the admission webhook plugins; real charts have nobody to answer their webhooks in the lab'),
}).describe('Embedded cluster on this machine: a real control plane with simulated nodes')

const existing = z.strictObject({
  type: z.literal('existing').describe('A cluster that somebody else made'),
  kubeconfig: filePath().describe('Path of the kubeconfig of the cluster'),
  context: text(/^\S+$/, 'must be the name of a context').optional().describe('Context of the kubeconfig; default its current one'),
  flavour: z.enum(['gke', 'aks', 'eks', 'other']).default('other').describe('Who runs the control plane; decides which checks apply'),
}).describe('A cluster that somebody else made and runs')

const addressRanges = () => z.array(z.union([cidr(), text(/^[0-9.]+-[0-9.]+$/, 'must be a range')], {error: 'must be a CIDR or a range such as 192.168.10.200-192.168.10.220'})).default([])

const kind = z.strictObject({
  type: z.literal('kind').describe('Containers on this machine'),
  image: text(/^\S+$/, 'must be an image').optional().describe('Node image; default the one of kind for the Kubernetes version'),
  httpPort: count(1, 65_535).default(80).describe('Port of this machine that leads to HTTP of the ingress'),
  httpsPort: count(1, 65_535).default(443).describe('Port of this machine that leads to HTTPS of the ingress'),
  loadBalancer: z.enum(['metallb', 'cloud-provider-kind', 'none']).default('none').describe('What gives Services of type LoadBalancer an address'),
  addresses: addressRanges().describe('Addresses of the network of kind that MetalLB may give'),
}).describe('Cluster in containers on this machine, with three zones by label')

const eks = z.strictObject({
  type: z.literal('eks').describe('Amazon EKS'),
  ...aws,
  identity: z.enum(['pod-identity', 'irsa']).default('pod-identity').describe('How pods get AWS rights'),
  provisioner: z.enum(['terraform', 'eksctl']).default('terraform').describe('What makes cluster and node groups'),
  admins: z.array(text(/^arn:aws[a-z-]*:iam::[0-9]{12}:(role|user)\/\S+$/, 'must be the ARN of an IAM role or user')).default([])
    .describe('IAM roles and users that may administer the cluster, besides its maker'),
  support: z.enum(['standard', 'extended']).default('standard').describe('What happens when the version leaves standard support: upgrade, or pay for extended support'),
}).describe('Amazon EKS: AWS runs the control plane')

const kubeadmAws = z.strictObject({
  type: z.literal('kubeadm-aws').describe('kubeadm on EC2'),
  ...aws,
  identity: z.enum(['instance-profile', 'irsa']).default('instance-profile').describe('How pods get AWS rights'),
  provisioner: z.enum(['kubeadm', 'kubespray']).default('kubeadm').describe('What sets Kubernetes up on the machines'),
  controlPlane: z.strictObject({
    count: count(1, 7).default(3).describe('Number of control-plane machines; odd'),
    instanceType: instanceType().default('t3.large').describe('Their instance type'),
    disk: bytes().default('50Gi').describe('Their root volume'),
  }).prefault({}).describe('The machines of the control plane'),
  image: text(/^(ubuntu-24\.04|debian-13|ami-[0-9a-f]{8,17})$/, 'must be ubuntu-24.04, debian-13 or the id of an AMI').default('ubuntu-24.04').describe('Operating system of the machines'),
  ssh: madeSsh.prefault({}).describe('How kp logs in to the machines'),
}).describe('kubeadm on EC2 machines: you run the control plane')

const host = z.strictObject({
  name: dnsLabel().describe('Host name, unique'),
  address: ipAddress().describe('Address that the other hosts reach it at'),
  role: z.enum(['control-plane', 'worker']).describe('What it is'),
  pool: dnsLabel().optional().describe('Node pool whose labels and taints it gets'),
  zone: dnsLabel().optional().describe('Rack, room or site that fails as one'),
  ssh: hostSsh.optional().describe('How kp logs in, where it differs'),
})

const bareMetal = z.strictObject({
  type: z.literal('bare-metal').describe('Machines of your own'),
  provisioner: z.enum(['kubeadm', 'kubespray']).default('kubeadm').describe('What sets Kubernetes up on the machines'),
  hosts: z.array(host).default([]).describe('The machines'),
  apiEndpoint: text(/^[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?:[0-9]{2,5}$/, 'must be host:port such as api.example.com:6443')
    .describe('Address and port of the API server as all others reach it: a virtual address or a load balancer'),
  apiLoadBalancer: z.enum(['kube-vip', 'external']).default('kube-vip').describe('What answers at apiEndpoint: kube-vip on the control planes, or something of yours'),
  loadBalancer: z.enum(['metallb', 'cilium-l2', 'cilium-bgp', 'kube-vip']).default('kube-vip').describe('What gives Services of type LoadBalancer an address'),
  addresses: addressRanges().describe('Addresses that load balancers may use'),
  bgp: z.strictObject({
    asn: count(1, 4_294_967_295).describe('Own AS number'),
    peers: z.array(z.strictObject({
      address: ipAddress().describe('Address of the router'),
      asn: count(1, 4_294_967_295).describe('AS number of the router'),
    })).min(1, {error: 'must name at least one router'}).describe('Routers to talk to'),
  }).optional().describe('Needed for cilium-bgp; metallb announces by BGP where it is given'),
  storage: z.enum(['local-path', 'topolvm', 'none']).default('local-path').describe('What provides volumes'),
  volumeGroup: text(/^[A-Za-z0-9+_.-]+$/, 'must be the name of a volume group').optional().describe('LVM volume group for TopoLVM'),
  ssh: ssh.prefault({}).describe('How kp logs in to the machines'),
  timeServers: z.array(z.union([domainName(), ipAddress()], {error: 'must be a host name or an address'})).default([]).describe('NTP servers; default those of the operating system'),
}).describe('Machines of your own, with kubeadm')

/** Every provider with its settings; `type` decides. */
export const providerSchema = z.discriminatedUnion('type', [lab, existing, kind, eks, kubeadmAws, bareMetal])
  .prefault({type: 'lab'})
  .describe('Where the cluster runs')

/** The provider types, in the order in which they are offered. */
export const PROVIDER_TYPES = ['lab', 'existing', 'kind', 'eks', 'kubeadm-aws', 'bare-metal'] as const
