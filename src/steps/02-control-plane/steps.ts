/** Steps of phase 2. */
import {rmSync} from 'node:fs'
import type {PlatformStep} from '../../context.ts'
import {KpError} from '../../engine/errors.ts'
import {manifestSet} from '../shared/manifest-set.ts'
import {unseen} from '../shared/on-cluster.ts'
import {bindTo, lookAtIdentity, recordObject, recordPath, requireOwnCluster} from '../../platform/identity.ts'

/** The embedded lab as control plane. */
export const startLab: PlatformStep = {
  id: 'control-plane/lab',
  title: 'Start the lab: a real control plane on this machine',
  risk: 'none',
  timeoutMs: 45 * 60_000,
  settleMs: 30_000,
  verify: ['control-plane.readyz'],
  appliesTo: (ctx) => (ctx.lab === undefined ? 'the control plane exists already' : true),
  async probe(ctx) {
    const lab = requireLab(ctx.lab)
    const status = await lab.status()
    if (status.state === 'running') {
      const minor = status.kubernetesVersion?.match(/^v?(\d+\.\d+)/)?.[1]
      if (minor !== undefined && minor !== ctx.spec.kubernetes.version) {
        throw new KpError({
          code: 'GATE',
          message: `the lab runs Kubernetes ${minor}, kp.yaml wants ${ctx.spec.kubernetes.version}: kp up never changes the version of a running cluster`,
          next: [...(Number(minor.split('.')[1]) < Number(ctx.spec.kubernetes.version.split('.')[1]) ? [`kp upgrade --to ${ctx.spec.kubernetes.version}, behind its gates`] : [`kp upgrade --to ${minor}, where an upgrade was begun and is not at its end`]), `set kubernetes.version to "${minor}" in kp.yaml`, `kp lab down ${lab.name} --yes, then kp up, to build it anew`],
        })
      }
      return {state: 'satisfied', observed: `the lab ${lab.name} runs Kubernetes ${status.kubernetesVersion ?? ctx.spec.kubernetes.version}`}
    }
    if (status.state === 'absent' || status.state === 'incomplete') {
      return {state: 'absent', observed: status.state === 'absent' ? `there is no lab ${lab.name} yet` : `the lab ${lab.name} was never finished`, data: status}
    }
    const dead = status.deadComponents ?? []
    const what = dead.length === 0 ? ['all of it'] : dead
    return {state: 'drifted', observed: `the lab ${lab.name} is ${status.state}`, differences: what.map((name) => ({object: `lab ${lab.name}`, field: name, wanted: 'running', seen: 'not running'})), data: status}
  },
  plan(ctx, probe) {
    const lab = requireLab(ctx.lab)
    const made = probe.state === 'absent'
    return Promise.resolve({
      lines: made ? lab.describeCreation(ctx.spec) : [`start the stopped parts of the lab ${lab.name}`],
      commands: [made ? `kp lab up ${lab.name} --kubernetes-version ${ctx.spec.kubernetes.version}` : `kp lab up ${lab.name}`],
    })
  },
  async apply(ctx, probe) {
    const lab = requireLab(ctx.lab)
    const progress = (text: string, percent?: number): void => ctx.emit({code: 'step.progress', phase: 'control-plane', step: 'control-plane/lab', text, data: percent === undefined ? {} : {percent}})
    const made = probe.state === 'absent'
    await ctx.change({doing: made ? `create the lab ${lab.name}` : `start the lab ${lab.name}`, command: `kp lab up ${lab.name}`}, async () => {
      await lab.installTools(ctx.spec, progress, ctx.signal)
      if (!made) return lab.start(progress, ctx.signal)
      // A new lab is a new cluster: what is known of an earlier one of that name is of no use.
      rmSync(recordPath(ctx.paths.environment), {force: true})
      return lab.create(ctx.spec, ctx.paths.root, progress, ctx.signal)
    })
  },
}

function requireLab<T>(lab: T | undefined): T {
  if (lab === undefined) throw new KpError({code: 'BUG', message: 'the provider has no lab'})
  return lab
}

const recordSet = manifestSet({id: 'control-plane/identity', title: 'Bind this repository to the cluster', objects: (ctx) => [recordObject(ctx)]})

/** Ties the environment to the cluster, on both sides. */
export const bindIdentity: PlatformStep = {
  ...recordSet,
  async probe(ctx) {
    const presence = await ctx.presence()
    if (presence.state !== 'running') return unseen(presence)
    const look = await lookAtIdentity(ctx)
    requireOwnCluster(ctx, look)
    const probe = await recordSet.probe(ctx)
    if (probe.state !== 'satisfied' || look.local !== undefined) return probe
    return {state: look.inCluster === undefined ? 'absent' : 'drifted', observed: 'this checkout does not know its cluster yet', differences: [{object: '.kp: record of the cluster'}]}
  },
  plan(ctx) {
    return Promise.resolve({lines: [`write down that this cluster is ${ctx.spec.platform}, environment ${ctx.spec.environment.name}`], commands: ['kp bind']})
  },
  async apply(ctx, probe) {
    const look = await lookAtIdentity(ctx)
    requireOwnCluster(ctx, look)
    await recordSet.apply(ctx, {...probe, data: undefined})
    await ctx.change({doing: 'remember the cluster', command: `write ${recordPath(ctx.paths.environment)}`}, () =>
      bindTo(ctx, look.uid),
    )
  },
}
