/** Phase 10: a service mesh, namespace by namespace. */
import type {PlatformContext, PlatformPhase, PlatformStep} from '../../context.ts'
import {componentStep} from '../shared/component.ts'
import {usesApi} from '../shared/front-door.ts'
import {PODS_CAN_RUN} from '../shared/order.ts'
import {about} from './about.ts'
import {checks} from './checks.ts'
import {injectNamespace} from './inject.ts'
import {mtls} from './mtls.ts'
import {isIstio, LINKERD_VIZ, meshOf, wantsViz} from './names.ts'
import {controlPolicies, memberPolicies, tracingPolicies, vizPolicies} from './network.ts'
import {pitfalls} from './pitfalls.ts'
import {jaeger, telemetry, wantsJaeger} from './tracing.ts'
import {gateway, traffic} from './traffic.ts'
import {certificates, ownIssuer, trustRoots} from './trust.ts'

const after = (step: PlatformStep, ...names: string[]): PlatformStep => ({...step, after: names})

export const mesh: PlatformPhase = {
  ...about,
  appliesTo: (ctx) => (ctx.spec.phases.mesh.enabled ? true : 'phases.mesh.enabled is false'),
  // cert-manager makes anchor and issuer; what joins the mesh may be the demo.
  dependsOn: (ctx) => ['node-pools', 'cni', 'cert-manager', ...(ctx.spec.phases.ingress.enabled ? ['ingress'] : []), ...(ctx.spec.phases.monitoring.enabled ? ['monitoring'] : [])],
  steps: (ctx) => {
    const {kinds, cni, controlPlane, viz, title} = meshOf(ctx)
    const istio = isIstio(ctx)
    return [
      after(componentStep({id: 'mesh/gateway-api', title: 'Install the Gateway API kinds', component: 'gateway-api', appliesTo: (one) => (usesApi(one, 'gateway') === true ? 'phase cert-manager has installed them' : true)}), 'control-plane/identity'),
      componentStep({id: 'mesh/kinds', title: `Install the kinds of ${title}`, component: kinds, podSecurity: 'privileged', verify: ['mesh.kinds'], after: ['mesh/gateway-api', 'control-plane/identity']}),
      after(ownIssuer, 'mesh/kinds'),
      after(certificates, 'mesh/own-issuer', 'cert-manager/release', 'cert-manager/simulation'),
      after(trustRoots, 'mesh/certificates'),
      componentStep({id: 'mesh/cni', title: `Install the network plugin of ${title}`, component: cni, podSecurity: 'privileged', verify: ['mesh.cni'], after: ['mesh/kinds', ...PODS_CAN_RUN]}),
      componentStep({id: 'mesh/control-plane', title: `Install ${title}`, component: controlPlane, podSecurity: 'privileged', verify: ['mesh.trust', 'mesh.control-plane'], after: ['mesh/trust-roots', 'mesh/cni']}),
      after(controlPolicies, 'mesh/control-plane'),
      after(jaeger, ...PODS_CAN_RUN),
      after(tracingPolicies, 'mesh/jaeger'),
      after(telemetry, 'mesh/control-plane'),
      componentStep({id: 'mesh/viz', title: istio ? 'Install Kiali' : 'Install linkerd viz', component: viz, podSecurity: istio ? 'privileged' : 'baseline', appliesTo: wantsViz, verify: ['mesh.viz'], after: ['mesh/control-plane', ...(ctx.spec.phases.monitoring.enabled ? ['monitoring/release'] : [])]}),
      after(vizPolicies, 'mesh/viz'),
      after(memberPolicies, 'mesh/control-plane', ...(ctx.spec.phases.ingress.enabled ? ['ingress'] : [])),
      after(traffic, 'mesh/member-policies'),
      // One after the other: each waits for the health of the one before.
      ...ctx.spec.phases.mesh.inject.map((namespace, index, all) => injectNamespace(namespace, index === 0 ? 'mesh/traffic' : `mesh/inject-${all[index - 1] ?? ''}`)),
      after(gateway, 'mesh/traffic', ...ctx.spec.phases.mesh.inject.map((namespace) => `mesh/inject-${namespace}`)),
      after(mtls, 'mesh/gateway'),
    ]
  },
  hints,
  checks,
  pitfalls,
}

/** How to look at the mesh. Nothing in a lab, where no proxy runs. */
function hints(ctx: PlatformContext): Promise<string[]> {
  if (ctx.provider.simulated) return Promise.resolve([])
  const view = wantsViz(ctx) !== true ? [] : isIstio(ctx)
    ? ['Kiali, at http://localhost:20001 while this runs', '  kubectl -n istio-system port-forward service/kiali 20001:20001']
    : ['linkerd viz, at http://localhost:8084 while this runs', `  kubectl -n ${LINKERD_VIZ} port-forward service/web 8084:8084`]
  const traces = wantsJaeger(ctx) === true ? ['Jaeger, at http://localhost:16686 while this runs', '  kubectl -n tracing port-forward service/jaeger-query 16686:16686'] : []
  return Promise.resolve([...view, ...traces])
}
