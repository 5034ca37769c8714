/** What is done first, and what then; with the commands where kp does not do it itself. */
import type {PlatformContext} from '../../context.ts'
import type {FirstBackup} from './backup-steps.ts'
import type {AddonChange, OrderItem, Surge, Wave} from './types.ts'
import type {UpgradeTarget} from './versions.ts'

interface Ordered {
  ctx: PlatformContext
  target: UpgradeTarget
  waves: readonly Wave[]
  surges: readonly Surge[]
  leftSurges: readonly string[]
  backupFirst: FirstBackup | undefined
  addons: readonly AddonChange[]
  soakSeconds: number
  /** Milliseconds of past runs, by step. */
  estimates: ReadonlyMap<string, number>
}

/** The order for the platform's provider. */
export async function orderOf(given: Ordered): Promise<OrderItem[]> {
  const {ctx, target} = given
  if (target.kind === 'addons') return addonItems(given)
  if (ctx.lab === undefined && ctx.aws === undefined) return byHand(given)
  const estimate = (id: string): number | null => seconds(given.estimates.get(id))
  const node = medianOf(given.estimates, 'upgrade/node/')
  const controlPlane: OrderItem[] = target.from === target.to ? [] : [
    {id: 'control-plane', title: `the control plane, ${target.from} to ${target.to}`, nodes: [], estimateSeconds: estimate('upgrade/control-plane')},
    {id: 'spec', title: `kubernetes.version in kp.yaml: "${target.toMinor}"`, nodes: [], estimateSeconds: null},
    {id: 'verify', title: 'the control plane is ready, its controllers lead, every node gives signs of life', nodes: [], estimateSeconds: estimate('upgrade/verify-control-plane')},
  ]
  const backup: OrderItem[] = given.backupFirst === undefined ? [] : [{id: 'backup', title: given.backupFirst === 'objects' ? 'a backup is made, restored beside what runs, and compared: without a proof nothing is changed' : 'a snapshot of etcd is taken, restored into a throw-away etcd, and compared: without a proof nothing is changed', nodes: [], estimateSeconds: sum(given.estimates, 'upgrade/backup')}]
  const groups = ctx.aws === undefined ? [] : await (await ctx.aws.upgrade()).nodegroups()
  const nodes: OrderItem[] = groups.length > 0
    ? groups.map(({name, version}) => ({id: `nodegroup/${name}`, title: `the node group ${name}, ${version} to ${target.toMinor}: EKS brings new nodes and empties the old ones, without force`, nodes: [], estimateSeconds: estimate(`upgrade/nodegroup/${name}`)}))
    : given.waves.flatMap((wave, index): OrderItem[] => [
        ...surgeItems(given.surges.filter((one) => wave.nodes.includes(one.node)), 'comes'),
        {id: wave.id, title: wave.title, nodes: wave.nodes, estimateSeconds: node},
        ...(wave.id === 'canary' && given.soakSeconds > 0 ? [{id: 'soak', title: `watch it for ${given.soakSeconds} seconds`, nodes: [], estimateSeconds: given.soakSeconds}] : []),
        ...surgeItems(given.surges.filter((one) => wave.nodes.includes(one.node)), 'goes'),
        {id: `verify-${index + 1}`, title: 'nodes are ready, budgets hold, users lose nothing', nodes: [], estimateSeconds: null},
      ])
  const left = given.leftSurges.map((name): OrderItem => ({id: `surge-end/${name}`, title: `${name}, which an upgrade has left, is emptied and goes`, nodes: [], estimateSeconds: null}))
  return [...backup, ...controlPlane, ...addonItems(given), ...left, ...nodes, {id: 'compare', title: 'compare all objects with those from before', nodes: [], estimateSeconds: null}]
}

function surgeItems(surges: readonly Surge[], when: 'comes' | 'goes'): OrderItem[] {
  return surges.map(({node, name}) => ({id: `${when === 'comes' ? 'surge' : 'surge-end'}/${name}`, title: when === 'comes' ? `${name} comes beside ${node} for the time: what runs there fits nowhere else` : `${name} is emptied and goes`, nodes: [], estimateSeconds: null}))
}

function sum(estimates: ReadonlyMap<string, number>, prefix: string): number | null {
  const found = [...estimates].filter(([id]) => id.startsWith(prefix)).map(([, ms]) => ms)
  return found.length === 0 ? null : seconds(found.reduce((total, ms) => total + ms, 0))
}

function addonItems({addons}: Ordered): OrderItem[] {
  return addons.map(({component, from, to}) => ({id: `addon/${component}`, title: `${component}, ${from} to ${to}`, nodes: [], estimateSeconds: null}))
}

/** A control plane that kp has not made: kubeadm's own order, to be done by hand. */
function byHand({target, waves}: Ordered): OrderItem[] {
  const item = (id: string, title: string, nodes: string[] = []): OrderItem => ({id, title, nodes, estimateSeconds: null})
  return [
    item('snapshot', 'on one control-plane node: etcdctl snapshot save'),
    item('packages', `on the first control-plane node: the package kubeadm ${target.to}`),
    item('plan', 'there: kubeadm upgrade plan'),
    item('apply', `there: kubeadm upgrade apply v${target.to}`),
    item('others', 'on each other control-plane node: the package, then kubeadm upgrade node'),
    ...waves.map(({id, nodes}) => item(id, `${nodes.join(', ')}: kubectl drain, the packages kubeadm and kubelet, kubeadm upgrade node, systemctl restart kubelet, kubectl uncordon`, nodes)),
  ]
}

function medianOf(estimates: ReadonlyMap<string, number>, prefix: string): number | null {
  const found = [...estimates].filter(([id]) => id.startsWith(prefix)).map(([, ms]) => ms).toSorted((a, b) => a - b)
  return seconds(found[Math.floor(found.length / 2)])
}

function seconds(ms: number | undefined): number | null {
  return ms === undefined ? null : Math.round(ms / 1000)
}
