/** Step: before a broker or a database starts, its StorageClass is one that makes volumes where the pod is. */
import type {PlatformContext, PlatformStep} from '../../context.ts'
import {KpError} from '../../engine/errors.ts'
import {onCluster} from '../shared/on-cluster.ts'
import {systemsOf} from './names.ts'

const DEFAULT = 'storageclass.kubernetes.io/is-default-class'

/** What is wrong with the classes of the systems; empty where nothing is. */
export async function complainAboutClasses(ctx: PlatformContext): Promise<string[]> {
  const classes = await (await ctx.cluster()).listKnown('storage.k8s.io/v1', 'StorageClass')
  const standard = classes.find(({metadata}) => metadata.annotations?.[DEFAULT] === 'true')
  const wanted = new Set(systemsOf(ctx).map(({id}) => ctx.spec.phases.operators[id].storageClass))
  return [...wanted].flatMap((name) => {
    const found = name === undefined ? standard : classes.find(({metadata}) => metadata.name === name)
    if (found === undefined) return [name === undefined ? 'no StorageClass is the default' : `StorageClass ${name} does not exist`]
    return found['volumeBindingMode'] === 'WaitForFirstConsumer' ? [] : [`StorageClass ${found.metadata.name} makes volumes before it knows the zone of their pod (${String(found['volumeBindingMode'] ?? 'Immediate')})`]
  })
}

export const volumesGate: PlatformStep = onCluster({
  id: 'operators/storage-class',
  title: 'Look whether volumes come where their pods are',
  risk: 'none',
  appliesTo: (ctx) => (systemsOf(ctx).length > 0 ? true : 'phases.operators switches nothing on'),
  async probe(ctx) {
    const complaints = await complainAboutClasses(ctx)
    return complaints.length === 0 ? {state: 'satisfied', observed: 'the class waits for the first consumer'} : {state: 'drifted', observed: complaints.join('; '), differences: complaints.map((seen) => ({object: 'StorageClass', seen}))}
  },
  plan: () => Promise.resolve({lines: ['a StorageClass with volumeBindingMode WaitForFirstConsumer is wanted'], commands: ['kubectl get storageclasses']}),
  async apply(ctx) {
    const complaints = await complainAboutClasses(ctx)
    if (ctx.dryRun || complaints.length === 0) return
    throw new KpError({code: 'GATE', message: `no database is started: ${complaints[0]}`, details: complaints, doing: 'look at the StorageClass', next: ['name another class in phases.operators, or put the default one back: kp step node-pools', 'then run the same command again']})
  },
})
