/** What, why and how of phase 14. */
import type {Phase} from '../../engine/types.ts'

export const about: Pick<Phase, 'id' | 'number' | 'title' | 'what' | 'why' | 'how'> = {
  id: 'security',
  number: 14,
  title: 'Security: roles, admission, policies',
  what: 'Roles for each namespace, Pod Security Admission, and one policy engine: built into the API server (ValidatingAdmissionPolicy), Kyverno or Gatekeeper.',
  why: 'A pod that is privileged or mounts its node owns the node and everything on it. Rules that the cluster itself keeps hold for everybody, also at three in the morning.',
  how: [
    'phases.security.namespaces are the namespaces of applications. kp makes each with a level of Pod Security Admission (restricted, where nothing else is said), gives groups the roles admin and view, and makes service accounts that may deploy (deployers, role edit). Pods that name no account get no credentials for the API server.',
    'PodSecurityPolicy is gone since Kubernetes 1.25: its place is taken by Pod Security Admission, which is a label of the namespace. On a cluster of its own kp gives `default` the level baseline. The namespaces of what kp installs keep the level that their component needs.',
    'Seventeen rules, the Pod Security Standards: eleven of level baseline (no privileged containers, no hostPath, no namespaces or ports of the node) and six more of level restricted. They look at pods and at what makes them, so a Deployment is refused at once and not only its pods.',
    'Exactly one engine (phases.security.engine). validating-admission-policy is in the API server: no webhook that can be down. kyverno brings the same rules as its own policies and writes reports; gatekeeper gets constraint templates of kp. kp refuses to put a second engine beside one that is there.',
    'Audit first: policies warn and are written to the audit log. `kp policy report` names what they would block, workloads first. `kp policy enforce NAMESPACE` then makes them refuse there, and does not where something that runs would be blocked. phases.security.mode: enforce is for all namespaces at once.',
    'Network policies from labels (phases.security.generateNetworkPolicies): default deny in each namespace of kp.yaml, and rules for pods with the label kp.dev/tier (web, app or data) and kp.dev/egress: internet. They select by label, so they hold for what already runs.',
    'Verify: `kp verify security`: a privileged pod and one with hostPath are refused (a dry run) and the check says by whom; levels, roles, engine, policies, reports. By hand: `kubectl auth can-i --list --as-group=GROUP --as=someone -n NAMESPACE`, `kubectl get validatingadmissionpolicies`.',
  ],
}
