/** Step: before a broker or a database starts, its StorageClass makes volumes where the pod is, and the volumes that it has are where nodes are. */
import {nameOf} from '../../checks/cluster.ts'
import type {PlatformContext, PlatformStep} from '../../context.ts'
import {KpError} from '../../engine/errors.ts'
import type {KubeObject} from '../../tools/kube-api.ts'
import {onCluster} from '../shared/on-cluster.ts'
import {hasAny, namespaceOf, systemsOf} from './names.ts'
import {ZONE} from './parts.ts'

const DEFAULT = 'storageclass.kubernetes.io/is-default-class'

interface Term {
  matchExpressions?: {key: string; operator?: string; values?: string[]}[]
}

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

/** The zones that a volume can be used in; empty where any will do. */
export function zonesOf(volume: Pick<KubeObject, string> | undefined): string[] {
  const terms = (volume?.['spec'] as {nodeAffinity?: {required?: {nodeSelectorTerms?: Term[]}}} | undefined)?.nodeAffinity?.required?.nodeSelectorTerms ?? []
  return [...new Set(terms.flatMap(({matchExpressions = []}) => matchExpressions.filter(({key}) => key === ZONE || key.endsWith('/zone')).flatMap(({values = []}) => values)))]
}

/** Volumes of the systems in zones where no node takes pods; with how many were looked at. */
export async function complainAboutZones(ctx: PlatformContext): Promise<{complaints: string[]; seen: number}> {
  const cluster = await ctx.cluster()
  const [claims, volumes, nodes] = await Promise.all([cluster.listKnown('v1', 'PersistentVolumeClaim'), cluster.listKnown('v1', 'PersistentVolume'), cluster.listKnown('v1', 'Node')])
  const namespaces = new Set(systemsOf(ctx).map(({id}) => namespaceOf(ctx, id)))
  const open = new Set(nodes.filter((node) => (node['spec'] as {unschedulable?: boolean} | undefined)?.unschedulable !== true).map(({metadata}) => metadata.labels?.[ZONE] ?? ''))
  const bound = claims.filter((one) => namespaces.has(one.metadata.namespace ?? '') && (one['spec'] as {volumeName?: string} | undefined)?.volumeName !== undefined)
  const complaints = bound.flatMap((one) => {
    const zones = zonesOf(volumes.find(({metadata}) => metadata.name === (one['spec'] as {volumeName?: string}).volumeName))
    return zones.length === 0 || zones.some((zone) => open.has(zone)) ? [] : [`the volume of PersistentVolumeClaim ${nameOf(one.metadata)} is in ${zones.join(', ')}, where no node takes pods`]
  })
  return {complaints, seen: bound.length}
}

/** All that keeps a database from starting. */
async function complain(ctx: PlatformContext): Promise<string[]> {
  return [...(await complainAboutClasses(ctx)), ...(await complainAboutZones(ctx)).complaints]
}

export const volumesGate: PlatformStep = onCluster({
  id: 'operators/storage-class',
  title: 'Look whether volumes come where their pods are',
  risk: 'none',
  appliesTo: hasAny,
  async probe(ctx) {
    const complaints = await complain(ctx)
    return complaints.length === 0 ? {state: 'satisfied', observed: 'volumes come where their pods are'} : {state: 'drifted', observed: complaints.join('; '), differences: complaints.map((seen) => ({object: 'volumes', seen}))}
  },
  plan: () => Promise.resolve({lines: ['a StorageClass with volumeBindingMode WaitForFirstConsumer is wanted, and a node in the zone of every volume'], commands: ['kubectl get storageclasses,persistentvolumes', `kubectl get nodes -L ${ZONE}`]}),
  async apply(ctx) {
    const complaints = await complain(ctx)
    if (ctx.dryRun || complaints.length === 0) return
    throw new KpError({code: 'GATE', message: `no database is started: ${complaints[0]}`, details: complaints, doing: 'look at classes and volumes', next: ['name another class in phases.operators, or put class and nodes back: kp step node-pools', 'then run the same command again']})
  },
})
