/** Every service that a lab can have: adding one is adding a value here. */
import {KpError} from '../../../engine/errors.ts'
import {alertmanager} from './alertmanager.ts'
import {frontDoor} from './front-door.ts'
import {metricsServer} from './metrics-server.ts'
import {objectStore} from './object-store.ts'
import {prometheus} from './prometheus.ts'
import {prometheusRules} from './prometheus-rules.ts'
import {velero} from './velero.ts'
import type {LabService, ServiceName} from './types.ts'

/** See above. */
export const SERVICES: readonly LabService[] = [frontDoor, metricsServer, prometheus, prometheusRules, alertmanager, objectStore, velero]

/** The service of that name. */
export function requireService(name: ServiceName): LabService {
  const found = SERVICES.find((service) => service.name === name)
  if (found === undefined) throw new KpError({code: 'BUG', message: `there is no service ${name}`})
  return found
}
