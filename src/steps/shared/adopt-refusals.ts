/** Why something is not taken over, as errors that say what comes next. */
import {nameOf} from '../../checks/cluster.ts'
import {KpError} from '../../engine/errors.ts'
import {PLATFORM_LABEL} from '../../checks/labels.ts'
import type {Foreign, ForeignObject, ReleasePlace} from './foreign.ts'

const MOST = 5

/** Somebody else made it, and nobody said that kp may have it. */
export function notOurs(component: string, place: ReleasePlace, foreign: Foreign): KpError {
  const {revision, objects, releases} = foreign
  const platform = revision?.labels[PLATFORM_LABEL]
  const adopt = platform === undefined ? [`kp plan --adopt ${component}, to see what taking it over would change`, `kp up --adopt ${component}, to take it over`] : []
  if (revision !== undefined) {
    const owner = platform === undefined ? 'somebody else' : `the platform ${platform}`
    return new KpError({
      code: 'NOT_OURS',
      message: `the release ${place.name} in namespace ${place.namespace} was made by ${owner} (revision ${revision.revision}, ${revision.status}): kp leaves it alone`,
      next: [...adopt, `helm history ${place.name} -n ${place.namespace}`, `if nobody needs it, remove it: helm uninstall ${place.name} -n ${place.namespace}`],
    })
  }
  const [owner] = releases
  const who = owner === undefined ? 'by other means than helm' : `by the release ${owner.name} in namespace ${owner.namespace}`
  return new KpError({
    code: 'NOT_OURS',
    message: `${component} is there already: ${objects.length === 1 ? `${objects[0]?.object} was` : `${objects.length} of its objects were`} made ${who}: kp leaves ${objects.length === 1 ? 'it' : 'them'} alone`,
    details: listed(objects),
    next: [...adopt, ...(owner === undefined ? [] : [`helm history ${owner.name} -n ${owner.namespace}`])],
  })
}

/** Objects of an applied chart that others made. */
export function objectsNotOurs(component: string, objects: ForeignObject[]): KpError {
  return notOurs(component, {name: component, namespace: ''}, {releases: [], objects})
}

/** Taking over was asked for and cannot be. */
export function notAdoptable(component: string, why: string, next: string[]): KpError {
  return new KpError({code: 'NOT_OURS', message: `${component} cannot be adopted: ${why}`, next: [...next, 'nothing was changed']})
}

/** It stands elsewhere: kp.yaml must say so, since the next run has to find it there. */
export function otherPlace(component: string, found: ReleasePlace, wanted: ReleasePlace): KpError {
  const lines = [
    ...(found.namespace === wanted.namespace ? [] : [`components.${component}.namespace: ${found.namespace}`]),
    ...(found.name === wanted.name ? [] : [`components.${component}.releaseName: ${found.name}`]),
  ]
  return new KpError({
    code: 'GATE',
    message: `${component} stands as release ${nameOf(found)}, kp.yaml wants it as ${nameOf(wanted)}: a release cannot be moved or renamed without a reinstall`,
    details: lines,
    next: [`let it stay there: set ${lines.join(' and ')} in kp.yaml, then run the same command again`],
  })
}

function listed(objects: ForeignObject[]): string[] {
  const names = objects.map(({object}) => object)
  return names.length > MOST ? [...names.slice(0, MOST), `and ${names.length - MOST} more`] : names
}
