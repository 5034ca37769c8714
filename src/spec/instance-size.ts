/** CPUs and memory of AWS instance types, by their names. */

/** The size of a node as Kubernetes quantities. */
export interface InstanceSize {
  cpu: string
  memory: string
}

/** GiB of memory for each CPU, by the letters of the family. */
const MEMORY_PER_CPU: Record<string, number> = {m: 4, c: 2, r: 8, i: 8, im: 4, is: 6, d: 8, x: 16, z: 8, g: 4, p: 8, inf: 4, trn: 4, t: 4}
const SMALL: Record<string, InstanceSize> = {
  nano: {cpu: '2', memory: '512Mi'},
  micro: {cpu: '2', memory: '1Gi'},
  small: {cpu: '2', memory: '2Gi'},
  medium: {cpu: '2', memory: '4Gi'},
}

/**
 * The size that the name of an instance type stands for: m6i.large has 2 CPUs and 8Gi.
 * A few types of accelerated families differ from what their name says by some memory.
 * @returns undefined for names whose size is not a number of CPUs (metal, unknown families)
 */
export function instanceSize(type: string): InstanceSize | undefined {
  const match = /^([a-z]+)[0-9]+[a-z0-9-]*\.(?:(nano|micro|small|medium|large)|([0-9]*)xlarge)$/.exec(type)
  const ratio = MEMORY_PER_CPU[match?.[1] ?? '']
  if (match === null || ratio === undefined) return undefined
  const [, family, word, times] = match
  const small = SMALL[word ?? '']
  if (small !== undefined) return family === 't' ? small : word === 'medium' ? {cpu: '1', memory: `${ratio}Gi`} : undefined
  const cpus = word === 'large' ? 2 : 4 * Number(times === '' ? 1 : times)
  return {cpu: String(cpus), memory: `${cpus * ratio}Gi`}
}
