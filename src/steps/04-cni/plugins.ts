/** Network plugins and how they are recognised in a cluster: by what runs, what is configured, and the kinds that they leave. */
import type {ClusterReader} from '../../checks/cluster.ts'

interface Known {
  name: string
  /** DaemonSets of its agent. */
  daemonSet: RegExp
  /** ConfigMaps in kube-system that hold its configuration. */
  config?: RegExp
  /** A definition that is there where it is, or was. */
  definition?: string
}

const PLUGINS: Known[] = [
  {name: 'cilium', daemonSet: /^cilium$/, config: /^cilium-config$/, definition: 'ciliumnodes.cilium.io'},
  {name: 'calico', daemonSet: /^calico-node$/, config: /^calico-config$/, definition: 'ippools.crd.projectcalico.org'},
  {name: 'canal', daemonSet: /^canal$/, config: /^canal-config$/},
  {name: 'aws-vpc-cni', daemonSet: /^aws-node$/, config: /^amazon-vpc-cni$/},
  {name: 'azure-cni', daemonSet: /^azure-cns$/},
  {name: 'flannel', daemonSet: /^kube-flannel(-ds)?$/, config: /^kube-flannel-cfg$/},
  {name: 'weave', daemonSet: /^weave-net$/},
  {name: 'antrea', daemonSet: /^antrea-agent$/, config: /^antrea-config/},
  {name: 'kube-router', daemonSet: /^kube-router$/, config: /^kube-router-cfg$/},
  {name: 'kindnet', daemonSet: /^kindnet$/},
]

/** A plugin that was found. */
export interface FoundPlugin {
  name: string
  /** By what it was found: `DaemonSet kube-system/aws-node`. */
  by: string
  /** Whether its agent is there, not only what it leaves behind. */
  running: boolean
}

/** The plugins whose agents a cluster has. */
export async function findPlugins(cluster: ClusterReader): Promise<FoundPlugin[]> {
  const sets = (await cluster.metadata('apps/v1', 'DaemonSet')) ?? new Map()
  return [...sets.values()].flatMap((meta) => {
    const plugin = PLUGINS.find((one) => one.daemonSet.test(meta.name))
    return plugin === undefined ? [] : [{name: plugin.name, by: `DaemonSet ${meta.namespace}/${meta.name}`, running: true}]
  })
}

/** The plugins that a cluster has or that left something behind, each once; those that run come first. */
export async function findTraces(cluster: ClusterReader): Promise<FoundPlugin[]> {
  const [running, maps, definitions] = await Promise.all([
    findPlugins(cluster),
    cluster.metadata('v1', 'ConfigMap'),
    cluster.metadata('apiextensions.k8s.io/v1', 'CustomResourceDefinition'),
  ])
  const left = PLUGINS.flatMap(({name, config, definition}): FoundPlugin[] => {
    const map = [...(maps?.values() ?? [])].find((meta) => config !== undefined && /^kube-(system|flannel)$/.test(meta.namespace ?? '') && config.test(meta.name))
    if (map !== undefined) return [{name, by: `ConfigMap ${map.namespace}/${map.name}`, running: false}]
    return definition !== undefined && definitions?.has(definition) === true ? [{name, by: `CustomResourceDefinition ${definition}`, running: false}] : []
  })
  return [...running, ...left.filter(({name}) => !running.some((one) => one.name === name))]
}
