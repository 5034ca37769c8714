/** A step: what may talk in the namespace of a GitOps tool. */
import type {PlatformStep} from '../../context.ts'
import {TOOLS} from '../shared/gitops/names.ts'
import type {Tool} from '../shared/gitops/names.ts'
import {allowApiServer, networkPolicies} from '../shared/network-policies.ts'

/** @param readers labels of the pods that read Git and chart repositories */
export function toolPolicies(tool: Tool, readers: Record<string, string>): PlatformStep {
  return networkPolicies({
    id: 'gitops/network-policies',
    namespace: TOOLS[tool].namespace,
    rules: () => [
      allowApiServer(),
      {name: 'allow-inside', pods: {}, ingress: [{from: [{podSelector: {}}]}], egress: [{to: [{podSelector: {}}]}]},
      // SSH for git@ addresses.
      {name: 'allow-repositories', pods: readers, egress: [{ports: [22, 80, 443].map((port) => ({protocol: 'TCP', port}))}]},
    ],
  })
}
