/** Checks of phase 3 about volumes: what gives them, attaches them, and takes them back. */
import {isControlPlane} from '../../checks/nodes.ts'
import {check, verdict} from '../../checks/builders.ts'
import {nameOf} from '../../checks/cluster.ts'
import type {PlatformCheck} from '../../context.ts'

const DEFAULT_CLASS = 'storageclass.kubernetes.io/is-default-class'

interface AttachmentStatus {
  attached?: boolean
  attachError?: {message?: string}
  detachError?: {message?: string}
}

/** Volumes. */
export const volumeChecks: PlatformCheck[] = [
  check({
    id: 'node-pools.volume-reclaim',
    title: 'No volume is left that could not be deleted',
    severity: 'warning',
    pitfalls: ['KP0326'],
    async run(ctx) {
      const volumes = await (await ctx.cluster()).listKnown('v1', 'PersistentVolume')
      const failed = volumes.flatMap((volume) => {
        const {phase, message} = (volume['status'] ?? {}) as {phase?: string; message?: string}
        return phase === 'Failed' ? [`PersistentVolume ${volume.metadata.name} is Failed${message ? `: ${message}` : ''}`] : []
      })
      return verdict(failed, `${volumes.length} volumes`, 'a volume whose claim is gone is deleted or released')
    },
  }),
  check({
    id: 'node-pools.attachments',
    title: 'Every volume comes to its node and goes from it without an error',
    pitfalls: ['KP0327', 'KP0318'],
    async run(ctx) {
      const attachments = await (await ctx.cluster()).listKnown('storage.k8s.io/v1', 'VolumeAttachment')
      const complaints = attachments.flatMap((attachment) => {
        const {attachError, detachError} = (attachment['status'] ?? {}) as AttachmentStatus
        const {nodeName = 'a node', source} = (attachment['spec'] ?? {}) as {nodeName?: string; source?: {persistentVolumeName?: string}}
        const what = `volume ${source?.persistentVolumeName ?? nameOf(attachment.metadata)}`
        return [...(attachError === undefined ? [] : [`${what} is not attached to ${nodeName}: ${attachError.message ?? 'no reason'}`]), ...(detachError === undefined ? [] : [`${what} is not taken from ${nodeName}: ${detachError.message ?? 'no reason'}`])]
      })
      return verdict(complaints, `${attachments.length} attachments`, 'no attachError and no detachError')
    },
  }),
  check({
    id: 'node-pools.driver-on-nodes',
    title: 'The driver of the default StorageClass is on every node',
    pitfalls: ['KP0328', 'KP0307'],
    async run(ctx) {
      const cluster = await ctx.cluster()
      const [classes, drivers, nodes, csiNodes] = await Promise.all([cluster.listKnown('storage.k8s.io/v1', 'StorageClass'), cluster.listKnown('storage.k8s.io/v1', 'CSIDriver'), cluster.metadata('v1', 'Node'), cluster.listKnown('storage.k8s.io/v1', 'CSINode')])
      const driver = classes.find((one) => one.metadata.annotations?.[DEFAULT_CLASS] === 'true')?.['provisioner']
      if (driver === undefined) return {status: 'unknown', observed: 'no StorageClass is the default'}
      if (!drivers.some(({metadata}) => metadata.name === driver)) return {status: 'skip', observed: `${String(driver)} is no CSI driver that registers at nodes`}
      const at = new Set(csiNodes.filter((node) => ((node['spec'] as {drivers?: {name: string}[]} | undefined)?.drivers ?? []).some(({name}) => name === driver)).map(({metadata}) => metadata.name))
      // Nodes of the control plane have no volume group.
      const spared = (name: string): boolean => driver === 'topolvm.io' && isControlPlane(nodes?.get(name))
      const without = [...(nodes?.keys() ?? [])].filter((name) => !at.has(name) && !spared(name))
      return verdict(without.map((name) => `node ${name} has no driver ${String(driver)}: no volume can be mounted there`), `${String(driver)} on ${at.size} nodes`, 'a pod of the driver on each node that takes pods with volumes')
    },
  }),
]
