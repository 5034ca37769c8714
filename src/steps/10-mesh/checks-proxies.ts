/** Checks of phase 10 that look at the proxies in pods. In a lab nothing injects them. */
import {check, verdict} from '../../checks/builders.ts'
import type {PlatformCheck, PlatformContext} from '../../context.ts'
import type {KubeObject} from '../../tools/kube-api.ts'
import {parseQuantity} from '../../spec/units.ts'
import {meshOf} from './names.ts'
import {isMarked, meshedPods, proxyOf} from './inject.ts'

/** Where proxies ask for more of what their applications do, somebody should know. */
const MOST_PART = 0.5
const MIB = 2 ** 20

const members = (ctx: PlatformContext): true | string => (ctx.spec.phases.mesh.inject.length > 0 ? true : 'phases.mesh.inject names no namespace')
const real = (ctx: PlatformContext): true | string => (members(ctx) !== true ? members(ctx) : ctx.provider.simulated ? 'nothing injects proxies in a lab' : true)

interface Status {
  containerStatuses?: {name: string; ready: boolean}[]
  initContainerStatuses?: {name: string; ready: boolean}[]
}

interface Containers {
  containers: {name: string; resources?: {requests?: Record<string, string>}}[]
  initContainers?: {name: string; restartPolicy?: string; resources?: {requests?: Record<string, string>}}[]
}

async function podsOf(ctx: PlatformContext): Promise<KubeObject[]> {
  const pods = await (await ctx.cluster()).listKnown('v1', 'Pod')
  return ctx.spec.phases.mesh.inject.flatMap((namespace) => meshedPods(pods, namespace))
}

const nameOfPod = ({metadata}: KubeObject): string => `pod ${metadata.namespace ?? ''}/${metadata.name}`
/** The tag of an image, which is the version of a proxy. */
const tagOf = (image: string | undefined): string => /:([^:/@]+)(?:@.*)?$/.exec(image ?? '')?.[1] ?? ''

export const proxyChecks: PlatformCheck[] = [
  check({
    id: 'mesh.members',
    title: 'The namespaces of kp.yaml are marked for the mesh, and none of the system',
    pitfalls: ['KP1006', 'KP1016'],
    appliesTo: members,
    async run(ctx) {
      const namespaces = await (await ctx.cluster()).listKnown('v1', 'Namespace')
      const complaints = ctx.spec.phases.mesh.inject.flatMap((name) => {
        const found = namespaces.find(({metadata}) => metadata.name === name)
        return found === undefined ? [`there is no namespace ${name}`] : isMarked(ctx, found) ? [] : [`namespace ${name} is not marked`]
      })
      const system = namespaces.filter((one) => one.metadata.name.startsWith('kube-') && isMarked(ctx, one)).map(({metadata}) => `namespace ${metadata.name} is marked, and must never be`)
      return verdict([...complaints, ...system], ctx.spec.phases.mesh.inject.join(', '), 'the mark by which pods get proxies')
    },
  }),
  check({
    id: 'mesh.injection',
    title: 'Every pod of the mesh has a proxy that is ready',
    pitfalls: ['KP1006', 'KP1007', 'KP1008'],
    appliesTo: real,
    within: {deadlineMs: 120_000, everyMs: 3000},
    async run(ctx) {
      const {proxy} = meshOf(ctx)
      const pods = await podsOf(ctx)
      if (pods.length === 0) return {status: 'unknown', observed: 'no pod runs in the namespaces of the mesh'}
      const complaints = pods.flatMap((pod) => {
        if (proxyOf(pod, proxy) === undefined) return [`${nameOfPod(pod)} has no proxy`]
        const {containerStatuses = [], initContainerStatuses = []} = (pod['status'] ?? {}) as Status
        return [...containerStatuses, ...initContainerStatuses].some(({name, ready}) => name === proxy && ready) ? [] : [`the proxy of ${nameOfPod(pod)} is not ready`]
      })
      return verdict(complaints, `${pods.length} pods have one`, `a container ${proxy} that is ready`)
    },
  }),
  check({
    id: 'mesh.version-skew',
    title: 'Proxies have the version of their control plane',
    severity: 'warning',
    pitfalls: ['KP1012'],
    appliesTo: real,
    async run(ctx) {
      const {controlPlane, namespace, proxy} = meshOf(ctx)
      const deployments = (await (await ctx.cluster()).listKnown('apps/v1', 'Deployment')).filter(({metadata}) => metadata.namespace === namespace)
      const wanted = deployments.flatMap((one) => (one['spec'] as {template: {spec: {containers: {name: string; image?: string}[]}}}).template.spec.containers.map(({image}) => tagOf(image))).find((tag) => tag !== '')
      if (wanted === undefined) return {status: 'unknown', observed: `the version of ${controlPlane} cannot be seen`}
      const old = (await podsOf(ctx)).flatMap((pod) => {
        const found = proxyOf(pod, proxy)
        return found === undefined || tagOf(found.image) === wanted ? [] : [`${nameOfPod(pod)} has a proxy of ${tagOf(found.image)}`]
      })
      return verdict(old, `all are of ${wanted}`, `proxies of ${wanted}: start the workloads anew after an upgrade`)
    },
  }),
  check({
    id: 'mesh.overhead',
    title: `Proxies ask for less than ${MOST_PART * 100} % of the memory of what they serve`,
    severity: 'warning',
    pitfalls: ['KP1001'],
    appliesTo: real,
    async run(ctx) {
      const {proxy} = meshOf(ctx)
      const sums = {proxies: 0, applications: 0, count: 0}
      for (const pod of await podsOf(ctx)) {
        const {containers, initContainers = []} = pod['spec'] as Containers
        for (const {name, resources} of [...containers, ...initContainers.filter(({restartPolicy}) => restartPolicy === 'Always')]) {
          const bytes = parseQuantity(resources?.requests?.['memory'] ?? '') ?? 0
          if (name === proxy) {
            sums.proxies += bytes
            sums.count += 1
          } else sums.applications += bytes
        }
      }
      if (sums.count === 0) return {status: 'unknown', observed: 'no pod has a proxy'}
      const said = `${sums.count} proxies ask for ${Math.round(sums.proxies / MIB)} MiB, what they serve for ${Math.round(sums.applications / MIB)} MiB`
      return verdict(sums.proxies > sums.applications * MOST_PART ? [said] : [], said, `less than ${MOST_PART * 100} %`)
    },
  }),
]
