/** All rules that look at more than one field of kp.yaml. */
import type {Problem} from './issues.ts'
import {related, type Path} from './paths.ts'
import {backupFits, gitopsFits, ingressFits, issuerFits, meshFits, operationFits, providerFits, snapshotsOfEtcdFit, stateBucketHasName, storesFit} from './rules/choices.ts'
import {doubt, repeated, wrong} from './rules/finding.ts'
import {costFits, policiesFit} from './rules/guards.ts'
import {valuesStayInMirror} from './rules/mirror.ts'
import {monitoringFits} from './rules/monitoring.ts'
import {endpointIsGuarded, rangesAreDisjoint, rangesAreLargeEnough, zonesFit} from './rules/network.ts'
import {operatorsFit} from './rules/operators.ts'
import {bareMetalFits, kindFits, controlPlaneIsOdd, labelsAndTaintsAreValid, poolsFit} from './rules/pools.ts'
import {mirrorsAreValid, secretNamesExist} from './rules/references.ts'
import {slosFit} from './rules/slos.ts'
import {gpusFit, pluginFits, spotHandlerFits} from './rules/special-pools.ts'
import {findPlainSecrets} from './secret-text.ts'
import type {Body, EnvironmentSpec, PlatformSpec} from './types.ts'

const RULES = [
  rangesAreDisjoint, rangesAreLargeEnough, zonesFit, endpointIsGuarded, poolsFit, labelsAndTaintsAreValid, controlPlaneIsOdd,
  bareMetalFits, kindFits, providerFits, ingressFits, meshFits, storesFit, backupFits, snapshotsOfEtcdFit, slosFit, operationFits, policiesFit, costFits, monitoringFits, mirrorsAreValid, valuesStayInMirror, secretNamesExist,
  gpusFit, spotHandlerFits, pluginFits, stateBucketHasName, operatorsFit,
]

/**
 * Holds one resolved environment against all rules.
 * @param body the merged sections before the last defaults: says what was written
 * @param doubtful fields that were wrong already; findings that involve them are left out
 */
export function applyRules(spec: EnvironmentSpec, body: Body, doubtful: readonly Path[] = []): Problem[] {
  const written = {domain: body.domain !== undefined, gitopsRepository: body.phases.gitops.repository !== undefined}
  const found = [...RULES.flatMap((rule) => rule(spec)), ...issuerFits(spec, written), ...gitopsFits(spec, written)]
  return found.filter((problem) => !doubtful.some((path) => [problem.path, ...(problem.also ?? [])].some((other) => related(path, other))))
}

/** Rules about the environments among each other; paths are those of kp.yaml. */
export function platformRules(spec: PlatformSpec): Problem[] {
  const found: Problem[] = []
  const unique = (key: 'name' | 'cluster') => {
    for (const {index, name} of repeated(spec.environments.map((entry) => entry[key]))) {
      found.push(wrong(['environments', index, key], `must be unique: another environment has ${key} "${name}"`))
    }
  }
  unique('name')
  unique('cluster')
  found.push(...protectedFromChaos(spec))
  spec.environments.forEach(({cluster}, i) => {
    if (cluster.length > 63) found.push(wrong(['environments', i, 'cluster'], `must have at most 63 letters: "${cluster}" has ${cluster.length}`))
  })
  return found
}

/** Faults reach a protected environment only where its own entry says so: what all environments share is meant for others. */
function protectedFromChaos(spec: PlatformSpec): Problem[] {
  return spec.environments.flatMap((entry, i) => {
    const own = (entry.phases as {chaos?: {enabled?: boolean}} | undefined)?.chaos?.enabled
    if (!entry.protected || own !== undefined || !spec.phases.chaos.enabled) return []
    return [wrong(['environments', i], `is protected and would get chaos from phases.chaos: say phases: {chaos: {enabled: false}} here, or enabled: true where faults are really wanted`, ['phases', 'chaos', 'enabled'])]
  })
}

/** Secrets in plain text, anywhere in the file. Their text is never part of the message. */
export function plainSecretRules(value: unknown): Problem[] {
  return findPlainSecrets(value).flatMap(({path, reason, doubtful}) => {
    if (reason === 'entry') return []
    const message = reason === 'form' ? 'looks like a secret' : 'holds a secret in plain text'
    const advice = 'put a reference in secrets and name it instead (it is not shown)'
    return [doubtful ? doubt(path, `may hold a secret in plain text: ${advice}`) : wrong(path, `${message}: ${advice}`)]
  })
}
