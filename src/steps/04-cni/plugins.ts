/** Network plugins and how they are recognised in a cluster. */
import type {ClusterReader} from '../../checks/cluster.ts'

/** DaemonSets by which a plugin is known. */
const PLUGINS: {name: string; daemonSet: RegExp}[] = [
  {name: 'cilium', daemonSet: /^cilium$/},
  {name: 'calico', daemonSet: /^calico-node$/},
  {name: 'aws-vpc-cni', daemonSet: /^aws-node$/},
  {name: 'flannel', daemonSet: /^kube-flannel(-ds)?$/},
  {name: 'weave', daemonSet: /^weave-net$/},
  {name: 'antrea', daemonSet: /^antrea-agent$/},
  {name: 'kindnet', daemonSet: /^kindnet$/},
]

/** The plugins of a cluster, by their DaemonSets. */
export async function findPlugins(cluster: ClusterReader): Promise<{name: string; daemonSet: string}[]> {
  const sets = (await cluster.metadata('apps/v1', 'DaemonSet')) ?? new Map()
  return [...sets.values()].flatMap((meta) => {
    const plugin = PLUGINS.find((one) => one.daemonSet.test(meta.name))
    return plugin === undefined ? [] : [{name: plugin.name, daemonSet: `${meta.namespace}/${meta.name}`}]
  })
}
