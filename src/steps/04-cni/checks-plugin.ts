/** Checks of what single plugins bring along: Calico's kinds and status, and who leads to Services. */
import {check, complainAboutCondition, definitionsEstablished, simulatedControllers, SOON, verdict} from '../../checks/builders.ts'
import type {PlatformCheck, PlatformContext} from '../../context.ts'

const ofCalico = (ctx: PlatformContext): true | string => (ctx.spec.phases.cni.plugin === 'calico' ? true : 'phases.cni.plugin is not calico')

/** Calico, as its operator reports it. */
export const calicoChecks: PlatformCheck[] = [
  definitionsEstablished({id: 'cni.calico-kinds', title: "Calico's kinds are known", component: 'calico-crds', appliesTo: ofCalico, pitfalls: ['KP0414']}),
  check({
    id: 'cni.calico-status',
    title: 'The operator of Calico says that all of Calico is available',
    pitfalls: ['KP0414'],
    appliesTo: ofCalico,
    simulated: simulatedControllers,
    within: SOON,
    async run(ctx) {
      const statuses = await (await ctx.cluster()).list('operator.tigera.io/v1', 'TigeraStatus')
      if (statuses === undefined) return {status: 'fail', observed: 'the cluster does not know TigeraStatus', expected: "Calico's kinds and its operator"}
      if (!statuses.some(({metadata}) => metadata.name === 'calico')) return {status: 'fail', observed: 'there is no TigeraStatus calico: the operator has not looked at the Installation yet', expected: 'a TigeraStatus for each part of Calico'}
      const complaints = statuses.flatMap((status) => complainAboutCondition(status, 'Available') ?? complainAboutCondition(status, 'Degraded', 'False') ?? [])
      return verdict(complaints, `available: ${statuses.map(({metadata}) => metadata.name).toSorted().join(', ')}`, 'Available=True and Degraded=False for each part of Calico')
    },
  }),
]

/** Services need kube-proxy or its replacement: not both, not neither. */
export const serviceRouting: PlatformCheck = check({
  id: 'cni.service-routing',
  title: 'One thing leads to Services: kube-proxy, or Cilium in its place',
  severity: 'warning',
  pitfalls: ['KP0412'],
  appliesTo: (ctx) => (ctx.provider.simulated ? 'simulated nodes lead nowhere' : true),
  async run(ctx) {
    const cluster = await ctx.cluster()
    const sets = [...((await cluster.metadata('apps/v1', 'DaemonSet')) ?? new Map<string, {name: string}>()).values()]
    const bySet = sets.some(({name}) => name === 'kube-proxy')
    // Some clusters start it as a static pod of each node.
    const pods = bySet ? [] : [...((await cluster.metadata('v1', 'Pod', {namespace: 'kube-system'})) ?? new Map<string, {name: string}>()).values()]
    const proxy = bySet || pods.some(({name}) => name.startsWith('kube-proxy-'))
    const replaced = ctx.spec.phases.cni.kubeProxyReplacement
    if (proxy === replaced) {
      const observed = proxy ? 'there is kube-proxy, and Cilium replaces it' : 'there is no kube-proxy, and phases.cni.kubeProxyReplacement is off'
      return {status: 'fail', observed, expected: 'kube-proxy, or phases.cni.kubeProxyReplacement: true'}
    }
    return {status: 'pass', observed: replaced ? 'Cilium leads to Services' : 'kube-proxy leads to Services'}
  },
})
