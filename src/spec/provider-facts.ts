/** What the rules and defaults of kp.yaml must know about providers. */
import type {ProviderSpec} from './types.ts'

/** Facts by provider. */
export const providerHas = {
  /** kp makes the nodes on AWS. */
  awsNodes: (provider: ProviderSpec): boolean => provider.type === 'eks' || provider.type === 'kubeadm-aws',
  /** The cluster runs on AWS, whoever made it. */
  aws: (provider: ProviderSpec): boolean =>
    provider.type === 'eks' || provider.type === 'kubeadm-aws' || (provider.type === 'existing' && provider.flavour === 'eks'),
  /** The nodes come from `nodePools`. */
  pools: (provider: ProviderSpec): boolean => provider.type !== 'existing' && provider.type !== 'bare-metal',
  /** `network.vpcCidr` is used. */
  vpc: (provider: ProviderSpec): boolean => provider.type === 'lab' || provider.type === 'eks' || provider.type === 'kubeadm-aws',
  /** kp runs etcd itself. */
  ownEtcd: (provider: ProviderSpec): boolean => provider.type === 'lab' || provider.type === 'kind' || provider.type === 'kubeadm-aws' || provider.type === 'bare-metal',
  /** kp decides on the addresses of pods and Services. */
  addresses: (provider: ProviderSpec): boolean => provider.type !== 'existing',
}
