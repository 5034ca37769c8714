/** Rule about `images.mirror`: a person's own values must not lead out of it unseen. */
import type {Problem} from '../issues.ts'
import {isMap, type Path} from '../paths.ts'
import type {EnvironmentSpec} from '../types.ts'
import {doubt} from './finding.ts'

/** Keys under which charts are told where an image is. */
const PLACES = /(?:^|[a-z])(?:image|registry|repository)$/i
/** Begins with the name of a registry. */
const WITH_HOST = /^(?:[A-Za-z0-9-]+\.)+[A-Za-z0-9-]+(?::\d+)?(?:\/|$)/

/** Warns of every place of an image in `components` that is not in the mirror: kp leaves it as it is written. */
export function valuesStayInMirror({images, components}: EnvironmentSpec): Problem[] {
  const mirror = images.mirror?.replace(/\/+$/, '')
  if (mirror === undefined) return []
  return Object.entries(components).flatMap(([id, settings]) => placesIn(settings.values, ['components', id, 'values'])
    .filter(({place}) => place !== mirror && !place.startsWith(`${mirror}/`))
    .map(({path, place}) => doubt(path, `is outside of images.mirror: ${place}`, ['images', 'mirror'])))
}

function placesIn(value: unknown, path: Path): {path: Path; place: string}[] {
  if (Array.isArray(value)) return value.flatMap((item, index) => placesIn(item, [...path, index]))
  if (isMap(value)) return Object.entries(value).flatMap(([key, item]) => placesIn(item, [...path, key]))
  return typeof value === 'string' && PLACES.test(String(path.at(-1))) && WITH_HOST.test(value) ? [{path, place: value}] : []
}
