/** Labs: embedded clusters with a real control plane and simulated nodes, several side by side. */
import {existsSync} from 'node:fs'
import type {Clock} from '../../engine/clock.ts'
import {KpError} from '../../engine/errors.ts'
import {claim, liveClaim} from '../../tools/toolchain/claim.ts'
import {isExchangeCutOff, repairEtcdData} from './etcd-data.ts'
import {COMPONENTS, labLayout} from './layout.ts'
import type {LabLayout} from './layout.ts'
import {deadComponents, labProcesses, registerProcess, stopComponent} from './processes.ts'
import {listNames, readRecord} from './record.ts'
import {serviceStatuses} from './services/record.ts'
import type {LabOptions, LabSettings, LabStatus, Labs} from './types.ts'

/** Gives access to the labs of a state folder. */
export function createLabs(settings: LabSettings): Labs {
  const layoutOf = (name: string) => labLayout(settings.stateDir, name)

  return {
    async create(options, run = {}) {
      const layout = layoutOf(options.name)
      return withLock(settings, options.name, async () => {
        const {createLab, removeLab} = await making()
        const record = await readRecord(layout)
        if (record === undefined) {
          await removeLab(settings, layout)
          await createLab(settings, options, run)
          return statusOf(settings, options.name)
        }
        refuseOtherOptions(record.options, options)
        return bringUp(settings, options.name)
      })
    },
    start: (name) => withLock(settings, name, () => bringUp(settings, name)),
    upgrade: (name, minor, run = {}) => withLock(settings, name, async () => {
      const {upgradeLab} = await import('./upgrade.ts')
      await upgradeLab(settings, name, minor, run)
      return statusOf(settings, name)
    }),
    async renewStages(name) {
      const {nodeStages} = await import('./upgrade.ts')
      await (await making()).applyAsAdmin(settings, layoutOf(name), await nodeStages(settings, name), `renew the simulated nodes of the lab ${name}`)
    },
    async down(name) {
      const layout = layoutOf(name)
      if (!existsSync(layout.folder) && !existsSync(layout.lock) && (await labProcesses(layout)).length === 0) return
      const {removeLab} = await making()
      await withLock(settings, name, () => removeLab(settings, layout))
    },
    async list() {
      const statuses = await Promise.all((await listNames(settings.stateDir)).map((name) => statusOf(settings, name)))
      return statuses.filter(({state}) => state !== 'absent')
    },
    status: (name) => statusOf(settings, name),
    kubeconfigPath: (name) => layoutOf(name).kubeconfig,
    auditLogPath: (name) => layoutOf(name).auditLog,
    registerProcess: (name, process) => registerProcess(layoutOf(name), process),
    applyStages: async (name, stages) => (await making()).applyAsAdmin(settings, layoutOf(name), stages, `add simulated behaviour to the lab ${name}`),
  }
}

/** Loaded only where a lab is made or changed: `kp status` looks at labs and shall be quick. */
function making(): Promise<typeof import('./create.ts')> {
  return import('./create.ts')
}

async function statusOf(settings: LabSettings, name: string): Promise<LabStatus> {
  const layout = labLayout(settings.stateDir, name)
  const record = await readRecord(layout)
  if (record === undefined) {
    if ((await liveClaim(layout.lock, settings.clock)) !== undefined) return {name, state: 'creating'}
    if (existsSync(layout.folder) || (await labProcesses(layout)).length > 0) return {name, state: 'incomplete'}
    return {name, state: 'absent'}
  }
  const dead = await deadComponents(layout)
  const services = serviceStatuses(layout)
  const runs = COMPONENTS.filter((component) => !dead.includes(component))
  return {
    name,
    state: dead.length === 0 ? 'running' : runs.length === 0 ? 'stopped' : 'degraded',
    kubernetesVersion: record.kubernetesVersion,
    server: record.server,
    kubeconfig: layout.kubeconfig,
    auditLog: layout.auditLog,
    etcd: `http://127.0.0.1:${record.ports.etcd}`,
    createdAt: record.createdAt,
    ...(dead.length === 0 ? {} : {deadComponents: dead}),
    ...(services.length === 0 ? {} : {services}),
    ...(record.options.owner === undefined ? {} : {owner: record.options.owner}),
  }
}

/** Starts what does not run of a lab that is complete. */
async function bringUp(settings: LabSettings, name: string): Promise<LabStatus> {
  const layout = labLayout(settings.stateDir, name)
  if ((await readRecord(layout)) === undefined) {
    throw new KpError({code: 'CLUSTER_ABSENT', message: `there is no lab ${name}`, doing: `start the lab ${name}`, next: ['kp lab list', 'kp lab up']})
  }
  // etcd would make itself new data where it finds none.
  const repaired = await repairEtcd(layout, settings.clock)
  const dead = await deadComponents(layout)
  if (COMPONENTS.some((component) => dead.includes(component))) {
    const {settle, startComponents} = await making()
    await startComponents(settings, layout, name)
    await settle(settings, layout, name)
  }
  return {...(await statusOf(settings, name)), ...(repaired ? {repaired: true} : {})}
}

/**
 * After an exchange of etcd's data that was cut off: what was there before comes back. Whatever runs on other data is ended first.
 * @returns whether data was put back
 */
export async function repairEtcd(layout: LabLayout, clock: Clock): Promise<boolean> {
  if (isExchangeCutOff(layout)) for (const component of COMPONENTS.toReversed()) await stopComponent(layout, component, clock)
  return repairEtcdData(layout)
}

async function withLock<T>(settings: LabSettings, name: string, work: () => Promise<T>): Promise<T> {
  const result = await claim(labLayout(settings.stateDir, name).lock, settings.clock)
  if ('held' in result) {
    const {holder, since} = result.held
    throw new KpError({
      code: 'LOCKED',
      message: `another process is making, starting or removing the lab ${name}`,
      details: [`process ${holder.pid} on ${holder.host}, since ${since}`],
      next: ['wait for it to end, then run the same command again'],
    })
  }
  try {
    return await work()
  } finally {
    await result.release()
  }
}

function refuseOtherOptions(made: LabOptions, wanted: LabOptions): void {
  const keys = ['kubernetesMinor', 'podCidr', 'serviceCidr', 'webhooks', 'owner'] as const
  const differences = keys.filter((key) => made[key] !== wanted[key])
  if (differences.length === 0) return
  throw new KpError({
    code: 'IMMUTABLE',
    message: `the lab ${wanted.name} exists and was made with other settings`,
    details: differences.map((key) => `${key}: is ${String(made[key] ?? 'none')}, wanted ${String(wanted[key] ?? 'none')}`),
    next: [`kp lab down ${wanted.name}`, 'then run the same command again'],
  })
}
