/** Steps of phase 14 that every engine has. */
import type {PlatformStep} from '../../context.ts'
import {KpError} from '../../engine/errors.ts'
import {manifestSet} from '../shared/manifest-set.ts'
import {onCluster} from '../shared/on-cluster.ts'
import {admissionPolicies} from './admission-policies.ts'
import {constraints, constraintTemplates, generatingPolicy, kyvernoPolicies} from './engine-policies.ts'
import {findEngines} from './engines.ts'
import type {FoundEngine} from './engines.ts'
import {namespaceObjects, roleObjects} from './namespaces.ts'
import {ENGINE_TITLES, engineIs, settingsOf} from './names.ts'
import type {Engine} from './names.ts'
import {tierPolicies} from './tiers.ts'

/** Refuses to put a policy engine beside another one. It only looks. */
export const singleEngine: PlatformStep = onCluster({
  id: 'security/single-engine',
  title: 'Make sure that there is no other policy engine',
  risk: 'none',
  async probe(ctx) {
    const {engine} = settingsOf(ctx)
    // What kp installed for an earlier choice goes when the new engine stands.
    const other = (await findEngines(ctx)).find((found) => found.engine !== engine && !found.ours)
    if (other === undefined || engine === 'none') return {state: 'satisfied', observed: 'there is no other policy engine'}
    throw secondEngine(other, engine)
  },
  plan: () => Promise.resolve({lines: ['look for other policy engines'], commands: ['kubectl get validatingwebhookconfigurations']}),
  apply: () => Promise.resolve(),
})

function secondEngine(other: FoundEngine, wanted: Engine): KpError {
  const known = other.engine === 'kyverno' || other.engine === 'gatekeeper'
  return new KpError({
    code: 'NOT_OURS',
    message: `the cluster has the policy engine ${other.title} already (${other.by}), kp.yaml wants ${ENGINE_TITLES[wanted]}: of two engines each refuses what the other lets through, and nobody knows why`,
    next: [
      ...(known ? [`keep it: set phases.security.engine: ${other.engine} in kp.yaml, and --adopt ${other.engine} once`] : []),
      'leave policies to it: set phases.security.engine: none in kp.yaml',
      'or remove it as its documentation says, then run the same command again',
    ],
    pitfalls: ['KP1404'],
  })
}

/** Namespaces of applications with their level of Pod Security Admission. */
export const namespaces: PlatformStep = manifestSet({
  id: 'security/namespaces',
  title: 'Give namespaces their Pod Security level',
  verify: ['security.pod-security'],
  after: ['control-plane'],
  objects: namespaceObjects,
  appliesTo: (ctx) => (namespaceObjects(ctx).length > 0 ? true : 'phases.security.namespaces is empty'),
})

/** Who may do what in them. */
export const roles: PlatformStep = manifestSet({
  id: 'security/roles',
  title: 'Give groups and accounts their roles',
  verify: ['security.roles'],
  objects: roleObjects,
  prunes: [{apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'RoleBinding'}, {apiVersion: 'v1', kind: 'ServiceAccount'}],
  appliesTo: (ctx) => (settingsOf(ctx).namespaces.length > 0 ? true : 'phases.security.namespaces is empty'),
})

/** The rules, asked by the API server itself. */
export const builtInPolicies: PlatformStep = manifestSet({
  id: 'security/policies',
  title: 'Bring the policies',
  verify: ['security.policies'],
  objects: admissionPolicies,
  prunes: [{apiVersion: 'admissionregistration.k8s.io/v1', kind: 'ValidatingAdmissionPolicy'}, {apiVersion: 'admissionregistration.k8s.io/v1', kind: 'ValidatingAdmissionPolicyBinding'}],
  appliesTo: engineIs('validating-admission-policy'),
})

/** The engine makes kinds from kp's templates, and its webhook comes up after its pods: both take a moment. */
const engineStarting = {
  tries: 10,
  delayMs: 3000,
  when: (error: unknown): boolean => error instanceof KpError && /no matches for kind|ensure CRDs are installed|failed calling webhook|no endpoints available/.test(error.tool?.output ?? ''),
}

/** Kyverno: what refuses namespace by namespace, and what makes network policies. */
export const kyvernoOwn: PlatformStep = manifestSet({
  id: 'security/kyverno-own',
  title: "Bring kp's own policies for Kyverno",
  verify: ['security.policies'],
  retry: engineStarting,
  objects: (ctx) => [...kyvernoPolicies(ctx), ...(settingsOf(ctx).generateNetworkPolicies ? [generatingPolicy(ctx)] : [])],
  prunes: [{apiVersion: 'policies.kyverno.io/v1beta1', kind: 'ValidatingPolicy'}, {apiVersion: 'policies.kyverno.io/v1beta1', kind: 'GeneratingPolicy'}],
  appliesTo: engineIs('kyverno'),
})

/** Gatekeeper: what its constraints are made of. */
export const gatekeeperTemplates: PlatformStep = manifestSet({
  id: 'security/constraint-templates',
  title: 'Bring the constraint templates',
  retry: engineStarting,
  objects: constraintTemplates,
  prunes: [{apiVersion: 'templates.gatekeeper.sh/v1', kind: 'ConstraintTemplate'}],
  appliesTo: engineIs('gatekeeper'),
})

/** Gatekeeper: what is done about them. */
export const gatekeeperConstraints: PlatformStep = manifestSet({
  id: 'security/constraints',
  title: 'Bring the constraints',
  verify: ['security.policies'],
  retry: engineStarting,
  objects: constraints,
  appliesTo: engineIs('gatekeeper'),
})

/** Who may talk to whom, by the labels of pods. */
export const trafficByLabel: PlatformStep = manifestSet({
  id: 'security/network-policies',
  title: 'Make network policies from labels',
  verify: ['security.network-policies'],
  objects: tierPolicies,
  prunes: [{apiVersion: 'networking.k8s.io/v1', kind: 'NetworkPolicy'}],
  appliesTo: (ctx) => {
    const {generateNetworkPolicies, engine, namespaces: named} = settingsOf(ctx)
    if (!generateNetworkPolicies) return 'phases.security.generateNetworkPolicies is off'
    // In a lab nobody would: kp makes them in the place of Kyverno.
    if (engine === 'kyverno' && !ctx.provider.simulated) return 'Kyverno generates them'
    return named.length > 0 ? true : 'phases.security.namespaces is empty'
  },
})
