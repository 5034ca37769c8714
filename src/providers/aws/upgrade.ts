/** How a cluster of EKS goes to another version, by the SDK: in the order that AWS documents. */
import type {EKSClient, Insight, Nodegroup, Update} from '@aws-sdk/client-eks'
import type {AwsClients} from './clients.ts'
import {listReadiness} from './limits.ts'

/** What EKS says of a cluster before an upgrade. */
export interface EksInsight {
  name: string
  /** PASSING, WARNING, ERROR, UNKNOWN. */
  status: string
  /** Minor that it is about. */
  version: string | undefined
  reason: string
  recommendation: string
}

/** A managed group of nodes. */
export interface EksNodegroup {
  name: string
  /** `1.35`. */
  version: string
  status: string
  /** Whether EKS brings new nodes before it empties old ones: not where the group is told to update MINIMAL. */
  surges: boolean
}

/** An add-on that EKS keeps. */
export interface EksAddon {
  name: string
  version: string
  /** The one that AWS installs by default with the new minor; undefined where there is none. */
  wanted: string | undefined
}

/** An update under way. */
export interface EksUpdate {
  id: string
  status: string
  errors: string[]
}

/** What an upgrade asks of EKS. */
export interface EksUpgrade {
  insights(): Promise<EksInsight[]>
  nodegroups(): Promise<EksNodegroup[]>
  addons(toMinor: string): Promise<EksAddon[]>
  /** Begins it, or finds the one that is under way. */
  updateControlPlane(toMinor: string): Promise<EksUpdate>
  updateNodegroup(name: string, toMinor: string): Promise<EksUpdate>
  updateAddon(name: string, version: string): Promise<EksUpdate>
  /** How an update gets on. `of` where it is one of a node group or an add-on. */
  update(id: string, of?: {nodegroup?: string; addon?: string}): Promise<EksUpdate>
}

/** Makes it. Nothing is asked before it is needed. */
export function eksUpgrade(clients: AwsClients, cluster: string, asking: <T>(doing: string, work: () => Promise<T>) => Promise<T>): EksUpgrade {
  const eks = (): Promise<EKSClient> => clients.eks()
  const sdk = (): Promise<typeof import('@aws-sdk/client-eks')> => import('@aws-sdk/client-eks')
  const began = async (work: () => Promise<{update?: Update | undefined}>, find: () => Promise<EksUpdate | undefined>): Promise<EksUpdate> => {
    try {
      return readUpdate((await work()).update)
    } catch (error) {
      // Another update is under way: of a kp that was killed, mostly. It is followed.
      const known = (error as {name?: string}).name === 'ResourceInUseException' ? await find() : undefined
      if (known === undefined) throw error
      return known
    }
  }
  const running = async (of: {nodegroupName?: string; addonName?: string}): Promise<EksUpdate | undefined> => {
    const {ListUpdatesCommand, DescribeUpdateCommand} = await sdk()
    const client = await eks()
    for (const updateId of (await client.send(new ListUpdatesCommand({name: cluster, ...of}))).updateIds ?? []) {
      const {update} = await client.send(new DescribeUpdateCommand({name: cluster, updateId, ...of}))
      if (update?.status === 'InProgress') return readUpdate(update)
    }
    return undefined
  }
  return {
    insights: () => asking('read the insights of the cluster', async () => {
      const {DescribeInsightCommand} = await sdk()
      const client = await eks()
      const found: EksInsight[] = []
      for await (const {id} of listReadiness(clients, cluster)) found.push(readInsight((await client.send(new DescribeInsightCommand({clusterName: cluster, id}))).insight))
      return found
    }),
    nodegroups: () => asking('look at the node groups', async () => {
      const {paginateListNodegroups, DescribeNodegroupCommand} = await sdk()
      const client = await eks()
      const found: EksNodegroup[] = []
      for await (const {nodegroups = []} of paginateListNodegroups({client}, {clusterName: cluster})) {
        for (const nodegroupName of nodegroups) found.push(readNodegroup((await client.send(new DescribeNodegroupCommand({clusterName: cluster, nodegroupName}))).nodegroup))
      }
      return found
    }),
    addons: (toMinor) => asking('look at the add-ons of EKS', async () => {
      const {paginateListAddons, DescribeAddonCommand, DescribeAddonVersionsCommand} = await sdk()
      const client = await eks()
      const found: EksAddon[] = []
      for await (const {addons = []} of paginateListAddons({client}, {clusterName: cluster})) {
        for (const addonName of addons) {
          const {addon} = await client.send(new DescribeAddonCommand({clusterName: cluster, addonName}))
          const {addons: offered = []} = await client.send(new DescribeAddonVersionsCommand({addonName, kubernetesVersion: toMinor}))
          const versions = offered[0]?.addonVersions ?? []
          found.push({name: addonName, version: addon?.addonVersion ?? '', wanted: versions.find(({compatibilities = []}) => compatibilities.some(({defaultVersion}) => defaultVersion === true))?.addonVersion ?? versions[0]?.addonVersion})
        }
      }
      return found
    }),
    updateControlPlane: (version) => asking(`update the control plane to ${version}`, async () => {
      const {UpdateClusterVersionCommand} = await sdk()
      const client = await eks()
      return began(() => client.send(new UpdateClusterVersionCommand({name: cluster, version})), () => running({}))
    }),
    updateNodegroup: (nodegroupName, version) => asking(`update the node group ${nodegroupName} to ${version}`, async () => {
      const {UpdateNodegroupVersionCommand} = await sdk()
      const client = await eks()
      // Without force: a budget that holds a pod lets the update fail, and the pod stays.
      return began(() => client.send(new UpdateNodegroupVersionCommand({clusterName: cluster, nodegroupName, version, force: false})), () => running({nodegroupName}))
    }),
    updateAddon: (addonName, addonVersion) => asking(`update the add-on ${addonName} to ${addonVersion}`, async () => {
      const {UpdateAddonCommand} = await sdk()
      const client = await eks()
      return began(() => client.send(new UpdateAddonCommand({clusterName: cluster, addonName, addonVersion, resolveConflicts: 'PRESERVE'})), () => running({addonName}))
    }),
    update: (updateId, {nodegroup, addon} = {}) => asking('see how the update gets on', async () => {
      const {DescribeUpdateCommand} = await sdk()
      return readUpdate((await (await eks()).send(new DescribeUpdateCommand({name: cluster, updateId, ...(nodegroup === undefined ? {} : {nodegroupName: nodegroup}), ...(addon === undefined ? {} : {addonName: addon})}))).update)
    }),
  }
}

function readUpdate(update: Update | undefined): EksUpdate {
  return {id: update?.id ?? '', status: update?.status ?? 'Unknown', errors: (update?.errors ?? []).map(({errorCode = '', errorMessage = '', resourceIds = []}) => `${errorCode}: ${errorMessage}${resourceIds.length === 0 ? '' : ` (${resourceIds.join(', ')})`}`)}
}

function readInsight(insight: Insight | undefined): EksInsight {
  return {name: insight?.name ?? '', status: insight?.insightStatus?.status ?? 'UNKNOWN', version: insight?.kubernetesVersion, reason: insight?.insightStatus?.reason ?? '', recommendation: insight?.recommendation ?? ''}
}

function readNodegroup(nodegroup: Nodegroup | undefined): EksNodegroup {
  return {name: nodegroup?.nodegroupName ?? '', version: nodegroup?.version ?? '', status: nodegroup?.status ?? 'UNKNOWN', surges: nodegroup?.updateConfig?.updateStrategy !== 'MINIMAL'}
}

