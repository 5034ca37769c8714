/** `phases.logging` of kp.yaml in the words of its charts. Pure. */
import type {EnvironmentSpec} from '../../spec/types.ts'
import type {LoggingValues} from '../types.ts'
import {inCluster, storeEnv, storeVolumes} from './backend.ts'
import {fluentBitText} from './fluent-bit.ts'
import {vectorConfig} from './vector.ts'

/** Names that the values templates may use. */
export const LOGGING_NAMES = ['fluentBit', 'vector', 'env', 'volumes', 'mounts', 'storeReplicas', 'storeSingle', 'storeVolume'] as const satisfies readonly (keyof LoggingValues)[]

/** What `phases.logging` makes of the charts' values. */
export function loggingValues(spec: EnvironmentSpec): LoggingValues {
  const {backend} = spec.phases.logging
  const env = storeEnv(backend)
  const {volumes, mounts} = storeVolumes(backend)
  const store = inCluster(backend) ? backend : undefined
  const replicas = store?.replicas ?? 3
  return {
    fluentBit: fluentBitText(spec),
    vector: vectorConfig(spec),
    ...(env.length === 0 ? {} : {env}),
    ...(volumes.length === 0 ? {} : {volumes, mounts}),
    storeReplicas: replicas,
    storeSingle: replicas === 1,
    storeVolume: store?.volume ?? '50Gi',
  }
}
