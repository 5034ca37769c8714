/** The rules as policies of the engines that are asked by webhook. Pure. */
import {CEL_VARIABLES, rulesOf} from '../../checks/policies/pod-rules.ts'
import type {PodRule} from '../../checks/policies/pod-rules.ts'
import {exemptNamespaces} from '../../checks/own-namespaces.ts'
import type {ManifestContext} from '../../context.ts'
import type {KubeObject} from '../../tools/kube-api.ts'
import {namespacePolicies} from '../shared/network-policies.ts'
import {POD_RESOURCES, ruleLevel, SPEC_CHANGED} from './admission-policies.ts'
import {PREFIX, settingsOf} from './names.ts'
import {GENERATE_LABEL, tierRules} from './tiers.ts'

/** The API of Kyverno's policies. */
export const KYVERNO_API = 'policies.kyverno.io/v1beta1'
const TEMPLATES_API = 'templates.gatekeeper.sh/v1'
/** The API of Gatekeeper's constraints. */
export const CONSTRAINTS_API = 'constraints.gatekeeper.sh/v1beta1'

const namesOf = (names: readonly string[]): string => `[${names.map((name) => `'${name}'`).join(', ')}]`

/** Kyverno: its chart reports; these refuse in the namespaces where that is wanted. With mode enforce the chart refuses itself. */
export function kyvernoPolicies(ctx: ManifestContext): KubeObject[] {
  const {mode, enforceNamespaces} = settingsOf(ctx)
  if (mode === 'enforce' || enforceNamespaces.length === 0) return []
  return rulesOf(ruleLevel(ctx)).map((rule) => ({
    apiVersion: KYVERNO_API,
    kind: 'ValidatingPolicy',
    metadata: {name: `${PREFIX}${rule.id}`, annotations: {'kp.dev/level': rule.level, 'kp.dev/title': rule.title}},
    spec: {
      failurePolicy: 'Fail',
      validationActions: ['Deny'],
      // What runs is reported by the policies of the chart.
      evaluation: {admission: {enabled: true}, background: {enabled: false}},
      matchConstraints: {resourceRules: POD_RESOURCES},
      matchConditions: [SPEC_CHANGED, {name: 'namespaces', expression: `request.namespace in ${namesOf(enforceNamespaces)}`}],
      variables: CEL_VARIABLES.map((variable) => ({...variable})),
      validations: [{expression: rule.cel, message: rule.message}],
    },
  }))
}

/** Kyverno makes the network policies of namespaces with the label, also of those that were there before it. */
export function generatingPolicy(ctx: ManifestContext): KubeObject {
  const policies = namespacePolicies('NAMESPACE', tierRules(ctx)).map((policy) => JSON.stringify(policy).replaceAll('"NAMESPACE"', 'object.metadata.name'))
  return {
    apiVersion: KYVERNO_API,
    kind: 'GeneratingPolicy',
    metadata: {name: 'kp-network-policies'},
    spec: {
      evaluation: {admission: {enabled: true}, generateExisting: {enabled: true}, synchronize: {enabled: true}},
      matchConstraints: {resourceRules: [{apiGroups: [''], apiVersions: ['v1'], operations: ['CREATE', 'UPDATE'], resources: ['namespaces']}]},
      matchConditions: [{name: 'wanted', expression: `object.metadata.?labels[?'${GENERATE_LABEL}'].orValue('') == 'generate'`}],
      variables: [{name: 'policies', expression: `[${policies.map((policy) => `dyn(${policy})`).join(', ')}]`}],
      generate: [{expression: 'generator.Apply(object.metadata.name, variables.policies)'}],
    },
  }
}

const KINDS = {baseline: 'KpBaseline', restricted: 'KpRestricted'} as const

/** Gatekeeper: a template for each level, with all of its rules. */
export function constraintTemplates(ctx: ManifestContext): KubeObject[] {
  return levelsOf(ctx).map((level) => ({
    apiVersion: TEMPLATES_API,
    kind: 'ConstraintTemplate',
    metadata: {name: KINDS[level].toLowerCase()},
    spec: {
      crd: {spec: {names: {kind: KINDS[level]}, validation: {legacySchema: false, openAPIV3Schema: {type: 'object'}}}},
      targets: [
        {
          target: 'admission.k8s.gatekeeper.sh',
          code: [
            {
              engine: 'K8sNativeValidation',
              source: {
                variables: CEL_VARIABLES.map(({name, expression}) => ({name, expression: expression.replaceAll('dyn(object)', 'dyn(variables.anyObject)')})),
                validations: rulesAt(ctx, level).map(({cel, message}) => ({expression: cel, message})),
              },
            },
          ],
        },
      ],
    },
  }))
}

/** Gatekeeper: what is done about it, and where. */
export function constraints(ctx: ManifestContext): KubeObject[] {
  const {mode, enforceNamespaces} = settingsOf(ctx)
  const kinds = [{apiGroups: [''], kinds: ['Pod']}, {apiGroups: ['apps'], kinds: ['Deployment', 'StatefulSet', 'DaemonSet']}, {apiGroups: ['batch'], kinds: ['Job', 'CronJob']}]
  const exempt = exemptNamespaces(ctx)
  return levelsOf(ctx).flatMap((level): KubeObject[] => {
    const constraint = (name: string, enforcementAction: string, match: Record<string, unknown>): KubeObject => ({apiVersion: CONSTRAINTS_API, kind: KINDS[level], metadata: {name: `${PREFIX}${level}-${name}`}, spec: {enforcementAction, match: {kinds, ...match}}})
    if (mode === 'enforce') return [constraint('enforce', 'deny', {excludedNamespaces: exempt})]
    return [
      constraint('audit', 'warn', {excludedNamespaces: [...new Set([...exempt, ...enforceNamespaces])].toSorted()}),
      ...(enforceNamespaces.length === 0 ? [] : [constraint('enforce', 'deny', {namespaces: [...enforceNamespaces].toSorted()})]),
    ]
  })
}

function levelsOf(ctx: ManifestContext): PodRule['level'][] {
  return [...new Set(rulesOf(ruleLevel(ctx)).map(({level}) => level))]
}

function rulesAt(ctx: ManifestContext, level: PodRule['level']): PodRule[] {
  return rulesOf(ruleLevel(ctx)).filter((rule) => rule.level === level)
}
