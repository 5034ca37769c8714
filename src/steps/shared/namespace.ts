/** Namespaces that kp makes, with their Pod Security level. */
import {ownLabels} from '../../checks/labels.ts'
import type {ManifestContext} from '../../context.ts'
import type {KubeObject} from '../../tools/kube-api.ts'

/** Namespaces that belong to the cluster itself. */
const SYSTEM = new Set(['kube-system', 'kube-public', 'kube-node-lease', 'default'])

/** The Namespace object, or undefined for those that come with the cluster. */
export function namespaceObject(ctx: ManifestContext, name: string, podSecurity: 'privileged' | 'baseline' | 'restricted'): KubeObject | undefined {
  if (SYSTEM.has(name)) return undefined
  return {
    apiVersion: 'v1',
    kind: 'Namespace',
    metadata: {
      name,
      labels: {
        ...ownLabels(ctx),
        'pod-security.kubernetes.io/enforce': podSecurity,
        'pod-security.kubernetes.io/warn': 'restricted',
      },
    },
  }
}
