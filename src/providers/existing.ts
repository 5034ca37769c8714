/** A cluster that exists already, reached by a kubeconfig of its owner. */
import {existsSync} from 'node:fs'
import {isAbsolute, join} from 'node:path'
import {homedir} from 'node:os'
import {KpError} from '../engine/errors.ts'
import type {ProviderOf} from '../spec/types.ts'
import type {Provider} from './types.ts'

/** Makes the provider. Paths are relative to the platform repository; `~` is the home folder. */
export function createExistingProvider(settings: ProviderOf<'existing'>, root: string): Provider {
  const path = settings.kubeconfig.startsWith('~/') ? join(homedir(), settings.kubeconfig.slice(2)) : isAbsolute(settings.kubeconfig) ? settings.kubeconfig : join(root, settings.kubeconfig)
  return {
    id: 'existing',
    title: 'an existing cluster',
    simulated: false,
    zones: (spec) => spec.network.zoneNames ?? Array.from({length: spec.network.zones}, (_, index) => `zone-${index + 1}`),
    access: () => ({kubeconfig: path, ...(settings.context === undefined ? {} : {context: settings.context})}),
    lookAnew: () => {},
    presence() {
      if (!existsSync(path)) {
        throw new KpError({
          code: 'CREDENTIALS_MISSING',
          message: `the kubeconfig of provider.kubeconfig does not exist: ${settings.kubeconfig}`,
          next: ['set provider.kubeconfig in kp.yaml to the kubeconfig of the cluster'],
        })
      }
      return Promise.resolve({state: 'running', observed: 'the cluster exists'})
    },
  }
}
