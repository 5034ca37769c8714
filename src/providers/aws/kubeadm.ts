/** kubeadm on EC2 as a place where a platform can run. */
import {existsSync} from 'node:fs'
import {join} from 'node:path'
import type {ProviderOf} from '../../spec/types.ts'
import {createEksProvider} from './provider.ts'
import type {EksProviderOptions} from './provider.ts'
import type {AwsProvider} from './types.ts'

/** Makes the provider. Account, credentials, zones and states are those of AWS; the cluster is what Ansible made. */
export function createKubeadmAwsProvider(options: Omit<EksProviderOptions, 'settings'> & {settings: ProviderOf<'kubeadm-aws'>}): AwsProvider {
  const {spec, settings, folder} = options
  const aws = createEksProvider(options)
  const {kubeconfig} = aws.access()
  const {cluster} = spec.environment
  return {
    ...aws,
    id: 'kubeadm-aws',
    title: `kubeadm on EC2, ${settings.account === undefined ? '' : `account ${settings.account}, `}${settings.region}${aws.emulator === undefined ? '' : `, at ${aws.emulator}`}`,
    presence() {
      if (aws.noApi !== undefined) return Promise.resolve({state: 'absent', observed: aws.noApi})
      if (existsSync(kubeconfig)) return Promise.resolve({state: 'running', observed: `the cluster ${cluster} has a control plane`})
      const machines = existsSync(join(folder, 'terraform', 'control-plane-machines.outputs.json'))
      return Promise.resolve({state: 'absent', observed: machines ? `the machines of ${cluster} are there, and no control plane on them yet` : `there are no machines of ${cluster} yet`})
    },
  }
}
