/**
 * What the sequential script runs with: charts, values and objects, as kp's own steps hand them to helm and kubectl.
 * The steps are asked on a cluster that seems empty, by an Exec that writes down what it is given and runs nothing.
 */
import {mkdirSync, rmSync, symlinkSync, writeFileSync} from 'node:fs'
import {dirname, join} from 'node:path'
import type {ClusterReader} from '../src/checks/cluster.ts'
import type {PlatformContext} from '../src/context.ts'
import {applies} from '../src/engine/applies.ts'
import type {ToolCall} from '../src/engine/types.ts'
import {openPlatform} from '../src/platform/open.ts'
import {phases} from '../src/steps/index.ts'
import type {KubeObject} from '../src/tools/kube-api.ts'
import {documents} from '../src/tools/kubectl.ts'
import {PROJECT} from '../test/helpers/run-kp.ts'
import type {Place} from './places.ts'

/** Where they are, and what the script finds in its environment. */
export interface Inputs {
  folder: string
  helm: string
  kubeVersion: string
  releases: {name: string; namespace: string}[]
  /** Makes the lab that kp would make. */
  makeLab(): Promise<void>
}

/** Steps that are no helm or kubectl command, or only prove something: the first backup, the first snapshot of etcd. */
const OWN = /^(prerequisites|networking)\/|^control-plane\/(lab|identity)$|^backup\/first-|^day2\/etcd-snapshot$/

/** Makes them for the repository of a place. */
export async function makeInputs(place: Place): Promise<Inputs> {
  const folder = join(place.base, 'inputs')
  rmSync(folder, {recursive: true, force: true})
  for (const name of ['charts', 'values', 'objects']) mkdirSync(join(folder, name), {recursive: true})
  const {ctx} = await openPlatform({
    cwd: place.root,
    env: place.environment,
    home: PROJECT,
    version: '0.0.0',
    phases,
    emit: () => undefined,
    redact: (text) => text,
    signal: new AbortController().signal,
    stopping: () => false,
  })
  const helm = await ctx.tool('helm')
  if (!('path' in helm)) throw new Error(`there is no helm: ${helm.reason}; kp tools install brings it`)
  const releases: Inputs['releases'] = []
  const writes: {step: string; objects: KubeObject[]}[] = []
  // The lines of the script, in the order of the phases and steps.
  const plan: string[] = ['apply control-plane/identity']
  const templates = new Map<string, string>()
  let step = ''
  const keepChart = (name: string, chart: string, values: string): void => {
    symlinkSync(chart, join(folder, 'charts', name))
    writeFileSync(join(folder, 'values', `${name}.json`), values)
  }
  const written: PlatformContext = {
    ...ctx,
    presence: () => Promise.resolve({state: 'running', observed: 'it seems to run'}),
    // The programs beside a lab's control plane are no command of the script: their objects are.
    ...(ctx.lab === undefined ? {} : {lab: {...ctx.lab, services: {...ctx.lab.services, look: () => Promise.resolve('running' as const), missingBuckets: () => []}}}),
    cluster: () => Promise.resolve(EMPTY),
    exec: {
      run(call: ToolCall) {
        const [verb = '', second = '', name = '', chart = ''] = call.args
        if (call.tool === 'helm' && verb === 'template') {
          keepChart(second, name, call.input ?? '')
          templates.set(step, `kinds ${second} ${namespaceOf(call)}`)
          return ctx.exec.run(call)
        }
        if (call.tool === 'helm' && verb === 'upgrade') {
          keepChart(name, chart, call.input ?? '')
          releases.push({name, namespace: namespaceOf(call)})
          plan.push(`release ${name} ${namespaceOf(call)}`)
        } else if (call.tool === 'kubectl' && verb === 'apply') {
          const kinds = templates.get(step)
          if (kinds === undefined) writes.push({step, objects: (call.input ?? '').split('\n').map((text) => JSON.parse(text) as KubeObject)})
          const line = kinds ?? `apply ${step}`
          // Objects that come in several calls are one file, applied once.
          if (!plan.includes(line)) plan.push(line)
        } else if (call.mutates) {
          throw new Error(`bench/sequential.sh knows nothing of ${call.tool} ${call.args.join(' ')}`)
        } else return ctx.exec.run(call)
        return Promise.resolve({exitCode: 0, stdout: '', stderr: '', durationMs: 0, commandLine: '', recorded: true})
      },
    },
  }
  for (const phase of phases) {
    if (!applies(phase, written)) continue
    for (const one of phase.steps(written)) {
      if (OWN.test(one.id) || !applies(one, written)) continue
      step = one.id
      await one.apply(written, {state: 'absent', observed: ''})
    }
  }
  for (const id of new Set(writes.map((one) => one.step))) {
    const file = join(folder, 'objects', `${id}.json`)
    mkdirSync(dirname(file), {recursive: true})
    writeFileSync(file, documents(writes.filter((one) => one.step === id).flatMap(({objects}) => objects)))
  }
  writeFileSync(join(folder, 'plan'), `${plan.join('\n')}\n`)
  const makeLab = async (): Promise<void> => {
    await ctx.lab?.installTools(ctx.spec, () => undefined, ctx.signal)
    await ctx.lab?.create(ctx.spec, place.root, () => undefined, ctx.signal)
  }
  return {folder, helm: helm.path, kubeVersion: `v${ctx.spec.kubernetes.version}.0`, releases, makeLab}
}

function namespaceOf(call: ToolCall): string {
  return call.args[call.args.indexOf('--namespace') + 1] ?? ''
}

/** Nothing is there. */
const EMPTY = {
  metadata: () => Promise.resolve(new Map()),
  list: () => Promise.resolve([]),
  listKnown: () => Promise.resolve([]),
  get: () => Promise.resolve(undefined),
  raw: () => Promise.resolve(undefined),
  lookAnew: () => undefined,
  api: {forgetResources: () => undefined, pathOf: () => Promise.resolve(undefined), kinds: () => Promise.resolve([]), resource: () => Promise.resolve(undefined)},
} as unknown as ClusterReader

