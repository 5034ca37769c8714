/** Namespaces that kp makes, with their Pod Security level. */
import type {ManifestContext} from '../../context.ts'
import type {KubeObject} from '../../tools/kube-api.ts'
import {MANAGED_BY} from './on-cluster.ts'

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
        'app.kubernetes.io/managed-by': MANAGED_BY,
        'kp.dev/platform': ctx.spec.platform,
        'pod-security.kubernetes.io/enforce': podSecurity,
        'pod-security.kubernetes.io/warn': 'restricted',
      },
    },
  }
}
