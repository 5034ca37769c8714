/** The rules as policies that the API server itself asks (ValidatingAdmissionPolicy). Pure. */
import {exemptNamespaces} from '../../checks/own-namespaces.ts'
import {CEL_VARIABLES, rulesOf} from '../../checks/policies/pod-rules.ts'
import type {ManifestContext} from '../../context.ts'
import type {KubeObject} from '../../tools/kube-api.ts'
import {PREFIX, settingsOf} from './names.ts'

const API = 'admissionregistration.k8s.io/v1'

/** What is looked at: pods, and what makes them, so that a person is told at once. */
export const POD_RESOURCES = [
  {apiGroups: [''], apiVersions: ['v1'], operations: ['CREATE', 'UPDATE'], resources: ['pods', 'pods/ephemeralcontainers']},
  {apiGroups: ['apps'], apiVersions: ['v1'], operations: ['CREATE', 'UPDATE'], resources: ['deployments', 'statefulsets', 'daemonsets']},
  {apiGroups: ['batch'], apiVersions: ['v1'], operations: ['CREATE', 'UPDATE'], resources: ['jobs', 'cronjobs']},
]

/** A status or a label that changes is nothing to refuse. */
export const SPEC_CHANGED = {name: 'spec-changed', expression: "request.operation != 'UPDATE' || dyn(object).spec != dyn(oldObject).spec"}

/** Which namespaces a set of policies is about, as selectors; undefined where there are none. */
export function selectorsOf(ctx: ManifestContext): {audit?: unknown; enforce?: unknown} {
  const {mode, enforceNamespaces} = settingsOf(ctx)
  const exempt = exemptNamespaces(ctx)
  const select = (operator: 'In' | 'NotIn', values: string[]): unknown => ({matchExpressions: [{key: 'kubernetes.io/metadata.name', operator, values}]})
  if (mode === 'enforce') return {enforce: select('NotIn', exempt)}
  const refusing = [...new Set(enforceNamespaces)].toSorted()
  return {
    audit: select('NotIn', [...new Set([...exempt, ...refusing])].toSorted()),
    ...(refusing.length === 0 ? {} : {enforce: select('In', refusing)}),
  }
}

/** The level of the rules: that of application namespaces. */
export const ruleLevel = (ctx: Pick<ManifestContext, 'spec'>): 'privileged' | 'baseline' | 'restricted' => settingsOf(ctx).podSecurity

/** Every policy, and a binding for each thing that is done about it. */
export function admissionPolicies(ctx: ManifestContext): KubeObject[] {
  const {audit, enforce} = selectorsOf(ctx)
  return rulesOf(ruleLevel(ctx)).flatMap((rule): KubeObject[] => {
    const name = `${PREFIX}${rule.id}`
    const binding = (mode: string, validationActions: string[], namespaceSelector: unknown): KubeObject => ({
      apiVersion: API,
      kind: 'ValidatingAdmissionPolicyBinding',
      metadata: {name: `${name}-${mode}`},
      spec: {policyName: name, validationActions, matchResources: {namespaceSelector}},
    })
    return [
      {
        apiVersion: API,
        kind: 'ValidatingAdmissionPolicy',
        metadata: {name, annotations: {'kp.dev/level': rule.level, 'kp.dev/title': rule.title}},
        spec: {
          failurePolicy: 'Fail',
          matchConstraints: {resourceRules: POD_RESOURCES},
          matchConditions: [SPEC_CHANGED],
          variables: CEL_VARIABLES.map((variable) => ({...variable})),
          validations: [{expression: rule.cel, message: rule.message, reason: 'Forbidden'}],
        },
      },
      ...(audit === undefined ? [] : [binding('audit', ['Audit', 'Warn'], audit)]),
      ...(enforce === undefined ? [] : [binding('enforce', ['Deny', 'Audit'], enforce)]),
    ]
  })
}
