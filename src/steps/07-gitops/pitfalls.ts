/** Known failures of phase 7: what the tool may do, what it reads, what it deploys. */
import type {Pitfall} from '../../engine/types.ts'

const ARGO_DOCS = 'Argo CD docs'

/** By code. */
export const pitfalls: Pitfall[] = [
  {
    code: 'KP0701',
    title: 'The GitOps tool may not change what it deploys',
    symptom: 'A sync fails: ... is forbidden: User "system:serviceaccount:argocd:argocd-application-controller" cannot create resource ...',
    cause: 'The roles of its service account were narrowed, or the target namespace is not among those that it may write to.',
    match: [{output: /is forbidden: User "system:serviceaccount:(?:argocd:[\w-]*argocd-application-controller|flux-system:(?:kustomize|helm)-controller)" cannot \w+ resource/}, {check: 'gitops.ready'}],
    fix: [
      {text: 'May it?', command: 'kubectl auth can-i create deployments -n <namespace> --as system:serviceaccount:argocd:argocd-application-controller'},
      {text: 'Put its roles back; kp installs those of the chart.', command: 'kp step gitops'},
      {text: 'Roles of your own: give it the namespace by a RoleBinding.', command: 'kubectl -n <namespace> create rolebinding argocd --clusterrole=admin --serviceaccount=argocd:argocd-application-controller'},
    ],
    confirmBy: 'gitops.deliveries',
    source: 'twenty phases, 7',
  },
  {
    code: 'KP0702',
    title: 'The first password of Argo CD is still there',
    symptom: 'The Secret argocd-initial-admin-secret exists: whoever reads Secrets of the namespace is administrator of Argo CD.',
    cause: 'Argo CD makes a password for admin at its first start and leaves it in a Secret, which nobody needs once there is another one.',
    match: [{check: 'gitops.initial-password'}],
    fix: [
      {text: 'Reach the UI.', command: 'kubectl -n argocd port-forward svc/argo-cd-argocd-server 8080:443'},
      {text: 'The password, for the last time.', command: "kubectl -n argocd get secret argocd-initial-admin-secret -o jsonpath='{.data.password}' | base64 -d"},
      {text: 'Set one of your own in the UI (User Info) or with argocd account update-password. Then delete the Secret; Argo CD does not need it.', command: 'kubectl -n argocd delete secret argocd-initial-admin-secret'},
      {text: 'With single sign-on switch admin off: configs.cm.admin.enabled "false" under components.argo-cd.values.', command: 'kp plan gitops'},
    ],
    confirmBy: 'gitops.initial-password',
    source: 'twenty phases, 7; Argo CD docs: getting started',
  },
  {
    code: 'KP0703',
    title: 'The project does not allow it',
    symptom: 'The Application has InvalidSpecError or a failed sync: "is not permitted in project", "do not match any of the allowed destinations".',
    cause: 'The AppProject names the repositories, namespaces and kinds that may be deployed. This one is not among them, or the list was changed by hand.',
    match: [
      {check: 'gitops.project'},
      {output: /(?:application repo|resource|namespace) \S+ is not permitted in project '?[\w-]+'?/},
      {output: /application destination server '[^']*' and namespace '[^']*' do not match any of the allowed destinations in project '[^']*'/},
      {condition: {kind: 'Application', type: 'InvalidSpecError', status: 'True', message: /not permitted in project|allowed destinations in project/}},
    ],
    fix: [
      {text: 'Which are there, and what do they allow?', command: 'kubectl -n argocd get appprojects -o yaml'},
      {text: 'Of kp\'s own components: put the project back.', command: 'kp step gitops'},
      {text: 'Your own applications belong into a project of their own.', command: 'kubectl -n argocd get appprojects'},
    ],
    confirmBy: 'gitops.project',
    source: `${ARGO_DOCS}: projects`,
  },
  {
    code: 'KP0704',
    title: 'The repository cannot be read',
    symptom: 'ComparisonError, or a GitRepository with Ready=False: authentication required, Permission denied (publickey), repository not found.',
    cause: 'The credentials are missing, expired or those of another repository; or the address is reached from this machine and not from the cluster.',
    match: [
      {check: 'gitops.credentials'},
      {condition: {kind: 'GitRepository', type: 'Ready', status: 'False', reason: /^(?:GitOperationFailed|AuthenticationFailed)$/}},
      {condition: {kind: 'Application', type: 'ComparisonError', status: 'True', message: /authentication required|Permission denied \(publickey\)|repository not found|failed to list refs|unable to resolve/i}},
      {output: /rpc error: code = Unknown desc = (?:authentication required|repository not found)/},
    ],
    fix: [
      {text: 'What does the tool say?', command: 'kubectl -n argocd describe application platform'},
      {text: 'Name the credentials in kp.yaml (phases.gitops.secret, secrets), then hand them over. "user:token", a token, or an SSH key.', command: 'kp step gitops'},
      {text: 'May the repository be read with them? A deploy key that reads is enough.', command: 'git ls-remote <repository>'},
      {text: 'SSH: the host key must be known. Argo CD: ConfigMap argocd-ssh-known-hosts-cm; Flux: lines of known_hosts behind the key.', command: 'ssh-keyscan <host>'},
    ],
    confirmBy: 'gitops.root',
    source: `${ARGO_DOCS}: private repositories; Flux docs: GitRepository`,
  },
  {
    code: 'KP0705',
    title: 'It is never in sync: somebody else writes the same fields',
    symptom: 'An Application goes from Synced to OutOfSync and back for ever, and names the same resources.',
    cause: 'A controller, a webhook or a person sets fields that Git sets too: replicas by an autoscaler, injected sidecars and CAs, defaults of an operator.',
    match: [{check: 'gitops.deliveries'}],
    fix: [
      {text: 'Which resources and fields?', command: 'argocd app diff <application>'},
      {text: 'Who writes them?', command: 'kubectl get <kind> <name> -n <namespace> -o yaml --show-managed-fields'},
      {text: 'By hand: put it into kp.yaml instead, or let it be taken back.', command: 'kp up'},
      {text: 'By a controller: take the field out of the values, or name it under ignoreDifferences, with RespectIgnoreDifferences=true.', command: 'kubectl -n argocd edit application <application>'},
    ],
    confirmBy: 'gitops.deliveries',
    source: 'microservices on kind: Argo CD sync issues; Argo CD docs: diffing',
  },
  {
    code: 'KP0706',
    title: 'A definition is too large for a client-side apply',
    symptom: 'A sync fails: metadata.annotations: Too long: may not be more than 262144 bytes.',
    cause: 'A client-side apply writes the whole object into an annotation, and large definitions do not fit.',
    match: [{output: /metadata\.annotations: Too long: (?:may not be more than|must have at most) 262144 bytes/}],
    fix: [
      {text: 'Let Argo CD apply on the server: syncOptions ServerSideApply=true. kp does so in all its Applications.', command: 'kubectl -n argocd get application <application> -o yaml'},
      {text: 'By hand, too.', command: 'kubectl apply --server-side -f <file>'},
    ],
    confirmBy: 'gitops.deliveries',
    source: `${ARGO_DOCS}: sync options, server-side apply; upgrading to 3.3`,
  },
  {
    code: 'KP0707',
    title: 'The folder is not in the repository',
    symptom: 'ComparisonError "app path does not exist", or a Kustomization with "kustomization path not found".',
    cause: 'What kp rendered is not committed or not pushed, phases.gitops.path names another folder, or the branch is another one.',
    match: [
      {check: 'gitops.root'},
      {output: /: app path does not exist/},
      {output: /kustomization path not found: /},
      {condition: {kind: 'Kustomization', type: 'Ready', status: 'False', message: /path not found/}},
    ],
    fix: [
      {text: 'Is it there, on that branch?', command: 'git ls-tree -r --name-only origin/main clusters/'},
      {text: 'Commit and push what is rendered. With phases.gitops.handOver kp does it.', command: 'git add kp.yaml .kp-render.json clusters runbooks README.md .gitignore && git commit && git push'},
      {text: 'The platform lies in a subfolder of the repository: name it in phases.gitops.path.', command: 'kp step gitops'},
    ],
    confirmBy: 'gitops.root',
    source: `${ARGO_DOCS}: directory applications; Flux docs: Kustomization`,
  },
]
