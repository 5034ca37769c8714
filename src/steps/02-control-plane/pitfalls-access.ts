/** Known failures of phase 2: the cluster answers, but not to you, or it is another one. */
import type {Pitfall} from '../../engine/types.ts'

/** Pitfalls of access. */
export const accessPitfalls: Pitfall[] = [
  {
    code: 'KP0211',
    title: 'This is another cluster',
    symptom: 'kp refuses to work (exit 7), or kubectl says that the certificate is signed by an unknown authority.',
    cause: 'The cluster was rebuilt, or the kubeconfig belongs to another one. kp compares the UID of kube-system and touches nothing.',
    match: [
      {check: 'control-plane.identity'},
      {output: /Unable to connect to the server: tls: failed to verify certificate: x509: certificate signed by unknown authority/},
      {output: /kubernetes cluster unreachable: Get "[^"]*": tls: failed to verify certificate: x509: certificate signed by unknown authority/},
    ],
    fix: [
      {text: 'Compare the address of the kubeconfig with the cluster that you mean.', command: 'kp kubeconfig'},
      {text: 'What does the cluster say that it is?', command: 'kubectl get namespace kube-system -o jsonpath={.metadata.uid}'},
      {text: 'Only when you rebuilt it and this is the right one: bind the repository to it.', command: 'kp bind'},
    ],
    confirmBy: 'control-plane.identity',
    source: 'kp: guard of the cluster identity',
  },
  {
    code: 'KP0212',
    title: 'A permission in the cluster is missing',
    symptom: 'A call is refused: "… is forbidden: User … cannot list resource …".',
    cause: 'The identity of the kubeconfig has no role for this; kp needs cluster-admin to build, and read access to verify.',
    match: [{output: /is forbidden: User "(?!system:serviceaccount:(?:argocd|flux-system):)[^"]*" cannot \w+ resource/}],
    fix: [
      {text: 'Who are you, for the cluster?', command: 'kubectl auth whoami'},
      {text: 'What may you do?', command: 'kubectl auth can-i --list'},
      {text: 'An administrator can give the right to a group.', command: 'kubectl create clusterrolebinding <name> --clusterrole=cluster-admin --group=<group>'},
      {text: 'EKS: the access entry of your role decides.', command: 'aws eks list-access-entries --cluster-name <cluster>'},
    ],
    confirmBy: 'control-plane.apiservices',
    source: 'Kubernetes docs: RBAC',
  },
  {
    code: 'KP0213',
    title: 'The login to the cluster is not valid',
    symptom: '"You must be logged in to the server (Unauthorized)".',
    cause: 'The token or client certificate of the kubeconfig has ended, was revoked, or belongs to an older cluster of that name.',
    match: [{output: /You must be logged in to the server/}, {output: /the server has asked for the client to provide credentials/}],
    fix: [
      {text: 'A cloud: log in again.', command: 'aws sso login --profile <profile>'},
      {text: "Write the environment's kubeconfig anew.", command: 'kp kubeconfig'},
      {text: 'The lab: it writes a new one when it starts.', command: 'kp step control-plane'},
    ],
    confirmBy: 'control-plane.readyz',
    source: 'Kubernetes docs: authenticating',
  },
  {
    code: 'KP0214',
    title: 'kubectl has no kubeconfig',
    symptom: '"The connection to the server localhost:8080 was refused".',
    cause: 'KUBECONFIG is not set and there is no ~/.kube/config, so kubectl falls back to localhost:8080.',
    match: [
      {output: /The connection to the server localhost:8080 was refused - did you specify the right host or port\?/},
      {output: /kubernetes cluster unreachable: Get "http:\/\/localhost:8080\/version": dial tcp [^\n]+/},
    ],
    fix: [
      {text: "Use the environment's own kubeconfig in this shell.", command: 'eval "$(kp kubeconfig --export)"'},
      {text: 'Try again.', command: 'kubectl get nodes'},
    ],
    confirmBy: 'control-plane.readyz',
    source: 'Kubernetes docs: organizing access with kubeconfig',
  },
]
