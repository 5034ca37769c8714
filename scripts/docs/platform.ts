/** A platform without a cluster, for reading the phases: docs and tests need no more. */
import {join} from 'node:path'
import {loadCatalog} from '../../src/components/load.ts'
import type {Catalog} from '../../src/components/types.ts'
import type {PlatformContext} from '../../src/context.ts'
import {systemClock} from '../../src/engine/clock.ts'
import type {Exec} from '../../src/engine/types.ts'
import {createKubeadmAwsProvider} from '../../src/providers/aws/kubeadm.ts'
import {createEksProvider} from '../../src/providers/aws/provider.ts'
import {createBareMetalProvider} from '../../src/providers/bare-metal.ts'
import {createExistingProvider} from '../../src/providers/existing.ts'
import {createLabProvider} from '../../src/providers/lab/provider.ts'
import {defaultPlatform} from '../../src/spec/defaults.ts'
import type {PlatformAnswers} from '../../src/spec/defaults.ts'
import {parseSpec} from '../../src/spec/load.ts'
import {resolveEnvironment} from '../../src/spec/resolve.ts'
import {phases} from '../../src/steps/index.ts'

/** What of a context can be answered without a cluster. */
export type ReadOnlyContext = Pick<PlatformContext, 'spec' | 'provider' | 'catalog' | 'home' | 'phases'>

const NO_EXEC: Exec = {run: (call) => Promise.reject(new Error(`nothing is run here: ${call.tool} ${call.args.join(' ')}`))}

/**
 * Makes the context of a default platform.
 * @param root the project's folder
 * @param catalog for whoever makes many: reading it takes half a second
 */
export async function readOnlyPlatform(root: string, answers: Partial<PlatformAnswers> = {}, catalog: Catalog = loadCatalog(join(root, 'templates'))): Promise<ReadOnlyContext> {
  const loaded = parseSpec('kp.yaml', defaultPlatform({name: 'acme', ...answers}))
  const spec = resolveEnvironment(loaded.spec, undefined)
  const provider =
    spec.provider.type === 'existing'
      ? createExistingProvider(spec.provider, '/nowhere')
      : spec.provider.type === 'eks'
      ? createEksProvider({spec, settings: spec.provider, env: {}, folder: '/nowhere', cacheDir: '/nowhere'})
      : spec.provider.type === 'kubeadm-aws'
      ? createKubeadmAwsProvider({spec, settings: spec.provider, env: {}, folder: '/nowhere', cacheDir: '/nowhere'})
      : spec.provider.type === 'bare-metal'
      ? createBareMetalProvider(spec.provider, '/nowhere')
      : createLabProvider({name: spec.environment.cluster, stateDir: '/nowhere', cacheDir: '/nowhere', exec: NO_EXEC, clock: systemClock, env: {}, wishes: {snapshots: true}})
  return {spec, provider, catalog, home: root, phases}
}
