/** Rules about policies, roles, quotas and budgets. */
import type {Problem} from '../issues.ts'
import type {EnvironmentSpec} from '../types.ts'
import {doubt, repeated, wrong} from './finding.ts'

const SYSTEM = ['kube-system', 'kube-public', 'kube-node-lease']

/** `phases.security` makes sense as a whole. */
export function policiesFit(spec: EnvironmentSpec): Problem[] {
  const {security} = spec.phases
  const path = ['phases', 'security']
  if (!security.enabled) return []
  const found = repeated(security.namespaces.map(({name}) => name)).map(({index, name}) => wrong([...path, 'namespaces', index, 'name'], `must be unique: there is another namespace "${name}"`))
  security.namespaces.forEach(({name, deployers}, i) => {
    if (SYSTEM.includes(name)) found.push(wrong([...path, 'namespaces', i, 'name'], `must not be ${name}: it belongs to the cluster itself`))
    if (name === 'default') found.push(wrong([...path, 'namespaces', i, 'name'], 'must not be default: give applications a namespace of their own'))
    if (deployers.includes('default')) found.push(wrong([...path, 'namespaces', i, 'deployers'], 'must not have default: every pod that names no account would get its rights'))
  })
  if (security.engine === 'none' && (security.mode === 'enforce' || security.enforceNamespaces.length > 0)) {
    found.push(wrong([...path, security.mode === 'enforce' ? 'mode' : 'enforceNamespaces'], 'needs an engine: with engine none nothing refuses but Pod Security Admission', [...path, 'engine']))
  }
  security.enforceNamespaces.forEach((name, i) => {
    if (security.excludeNamespaces.includes(name)) found.push(wrong([...path, 'enforceNamespaces', i], `must not be ${name}: excludeNamespaces leaves it alone`, [...path, 'excludeNamespaces']))
    if (SYSTEM.includes(name)) found.push(wrong([...path, 'enforceNamespaces', i], `must not be ${name}: the cluster's own pods need their nodes`))
  })
  if (security.generateNetworkPolicies && security.namespaces.length === 0) {
    found.push(doubt([...path, 'generateNetworkPolicies'], 'makes nothing: name the namespaces of your applications in phases.security.namespaces', [...path, 'namespaces']))
  }
  return found
}

/** Teams, quotas and budgets make sense. */
export function costFits(spec: EnvironmentSpec): Problem[] {
  const {cost} = spec.phases
  const path = ['phases', 'cost', 'teams']
  if (!cost.enabled) return []
  const found = repeated(cost.teams.map(({name}) => name)).map(({index, name}) => wrong([...path, index, 'name'], `must be unique: there is another team "${name}"`))
  const owners = new Map<string, string>()
  cost.teams.forEach(({name, namespaces}, i) => {
    namespaces.forEach((namespace, j) => {
      if (SYSTEM.includes(namespace)) found.push(wrong([...path, i, 'namespaces', j], `must not be ${namespace}: a quota there can keep the cluster's own pods from starting`))
      const owner = owners.get(namespace)
      if (owner !== undefined) found.push(wrong([...path, i, 'namespaces', j], `${namespace} is a namespace of ${owner === name ? 'this team already' : `team "${owner}" already`}: each has one quota`))
      owners.set(namespace, name)
    })
  })
  const together = cost.teams.reduce((sum, {budget = 0}) => sum + budget, 0)
  if (cost.budget !== undefined && together > cost.budget) found.push(doubt([...path], `have budgets of ${together} ${cost.currency} together, more than the budget of ${cost.budget}`, ['phases', 'cost', 'budget']))
  return found
}
