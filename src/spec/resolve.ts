/** From kp.yaml to one environment. */
import {KpError} from '../engine/errors.ts'
import {nearestSpelling} from '../engine/spelling.ts'
import {fillEnvironment} from './fill.ts'
import {check} from './issues.ts'
import {mergeEnvironment} from './merge.ts'
import {formatPath} from './paths.ts'
import {bodySchema} from './schema/platform.ts'
import type {EnvironmentEntry, EnvironmentSpec, PlatformSpec} from './types.ts'

/**
 * One environment with its overrides merged and every default filled in.
 * @param name what `--env` or KP_ENV says; undefined where there is one environment only
 * @throws KpError ENVIRONMENT_UNKNOWN with the list and the nearest spelling; USAGE where a
 * name is needed and none is given; SPEC_INVALID for a platform that `loadSpec` never checked
 */
export function resolveEnvironment(spec: PlatformSpec, name: string | undefined): EnvironmentSpec {
  const entry = findEnvironment(spec, name)
  const {body, problems} = mergeEnvironment(spec, entry)
  const checked = check(bodySchema, body)
  const found = [...problems, ...('problems' in checked ? checked.problems : [])]
  if ('problems' in checked || found.length > 0) {
    throw new KpError({
      code: 'SPEC_INVALID',
      message: `environment ${entry.name} is not valid`,
      details: found.map(({path, message}) => `${formatPath(path)}  ${message}`),
      next: ['correct kp.yaml, then run the same command again'],
    })
  }
  return fillEnvironment(spec, entry, checked.data)
}

/** The names of all environments, in the order of kp.yaml. */
export function environmentNames(spec: PlatformSpec): string[] {
  return spec.environments.map(({name}) => name)
}

function findEnvironment(spec: PlatformSpec, name: string | undefined): EnvironmentEntry {
  const names = environmentNames(spec)
  if (name === undefined || name === '') {
    const [only, ...others] = spec.environments
    if (only !== undefined && others.length === 0) return only
    throw new KpError({
      code: 'USAGE',
      message: `kp.yaml has several environments: ${names.join(', ')}; say which with --env NAME or KP_ENV`,
      doing: 'choose the environment',
      next: names.map((other) => `--env ${other}`),
    })
  }
  const entry = spec.environments.find((other) => other.name === name)
  if (entry !== undefined) return entry
  const meant = nearestSpelling(name, names)
  throw new KpError({
    code: 'ENVIRONMENT_UNKNOWN',
    message: `there is no environment "${name}"${meant === undefined ? '' : `; did you mean "${meant}"?`}`,
    doing: 'choose the environment',
    details: names.map((other) => `environment ${other}`),
    next: [`--env ${meant ?? names[0] ?? 'NAME'}`, 'add it to environments in kp.yaml'],
  })
}
