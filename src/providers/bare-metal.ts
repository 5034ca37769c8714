/** Machines of one's own as a place where a platform can run. */
import {existsSync} from 'node:fs'
import {join} from 'node:path'
import type {ProviderOf} from '../spec/types.ts'
import type {Provider} from './types.ts'

/** Drivers of the kinds of storage. */
const DRIVERS = {'local-path': 'rancher.io/local-path', topolvm: 'topolvm.io'} as const

/**
 * Makes the provider. A kubeconfig is there once the control plane is.
 * @param folder `.kp/environments/<name>/`
 */
export function createBareMetalProvider(settings: ProviderOf<'bare-metal'>, folder: string): Provider {
  const kubeconfig = join(folder, 'kubeconfig')
  const [host = '', port = '6443'] = settings.apiEndpoint.split(':')
  const zones = [...new Set(settings.hosts.flatMap(({zone}) => zone ?? []))]
  return {
    id: 'bare-metal',
    title: `${settings.hosts.length} machines of your own`,
    simulated: false,
    zones: (spec) => spec.network.zoneNames ?? (zones.length > 0 ? zones : ['zone-1']),
    access: () => ({kubeconfig}),
    apiServer: () => ({host, port: Number(port)}),
    lookAnew: () => {},
    ...(settings.storage === 'none' ? {} : {storageDriver: DRIVERS[settings.storage]}),
    // XFS is made on 300 MiB or more alone; claims may be smaller.
    ...(settings.storage === 'topolvm' ? {storageParameters: {'csi.storage.k8s.io/fstype': 'ext4'}} : {}),
    presence: () => Promise.resolve(existsSync(kubeconfig) ? {state: 'running', observed: `the control plane answers at ${settings.apiEndpoint}`} : {state: 'absent', observed: 'there is no control plane on the hosts yet'}),
  }
}
