/** Known failures of what belongs to an EKS cluster: its keys, its identities, its add-ons. */
import type {Pitfall} from '../../engine/types.ts'

/** Pitfalls of EKS. */
export const eksPitfalls: Pitfall[] = [
  {
    code: 'KP0227',
    title: 'The cluster has no identity provider in IAM',
    symptom: 'Pods get no credentials: InvalidIdentityToken: No OpenIDConnect provider found in your account for https://oidc.eks….',
    cause: 'IRSA wants an OIDC provider in IAM for the issuer of exactly this cluster. It was not made, or it is that of the cluster before a rebuild.',
    match: [
      {awsError: 'InvalidIdentityToken'},
      {output: /InvalidIdentityToken: |No OpenIDConnect provider found in your account for \S+/},
    ],
    fix: [
      {text: 'Which issuer has the cluster?', command: 'aws eks describe-cluster --name <cluster> --query cluster.identity.oidc.issuer --output text'},
      {text: 'Which providers are there?', command: 'aws iam list-open-id-connect-providers'},
      {text: 'Make the one that is missing.', command: 'aws iam create-open-id-connect-provider --url <issuer> --client-id-list sts.amazonaws.com'},
      {text: 'A provider whose cluster is gone only confuses: delete it.', command: 'aws iam delete-open-id-connect-provider --open-id-connect-provider-arn <arn>'},
    ],
    confirmBy: 'prerequisites.credentials',
    source: 'rebuild case study: IRSA; EKS docs: create an IAM OIDC provider',
  },
  {
    code: 'KP0228',
    title: 'Pods with a Pod Identity get no credentials',
    symptom: 'Controllers fail with "failed to refresh cached credentials" and a call to 169.254.170.23 that is refused.',
    cause: 'The add-on eks-pod-identity-agent does not run on the node of the pod, or a network policy keeps the pod from it.',
    match: [{output: /169\.254\.170\.23[^\n]*(?:connection refused|i\/o timeout|context deadline exceeded)/}],
    fix: [
      {text: 'Does the agent run on every node?', command: 'kubectl -n kube-system get daemonset eks-pod-identity-agent'},
      {text: 'Is the association there, for this namespace and account?', command: 'aws eks list-pod-identity-associations --cluster-name <cluster>'},
      {text: 'Install the add-on; pods get their credentials when they start anew.', command: 'aws eks create-addon --cluster-name <cluster> --addon-name eks-pod-identity-agent'},
      {text: 'Start the pods anew.', command: 'kubectl -n <namespace> rollout restart deployment <name>'},
    ],
    confirmBy: 'prerequisites.credentials',
    source: 'EKS docs: Pod Identity, set up the agent',
  },
  {
    code: 'KP0229',
    title: 'The key that encrypts the cluster is about to be deleted',
    symptom: 'Nodes, volumes or Secrets cannot be made: KMSInvalidStateException, the key is pending deletion or disabled.',
    cause: 'The key was scheduled for deletion with an older stack, or disabled. When it is gone, nobody can read the Secrets in etcd or the volumes.',
    match: [
      {awsError: 'KMSInvalidStateException'},
      {output: /KMSInvalidStateException|KMS key is pending deletion|is pending deletion\.|InvalidKMSKey\.InvalidState/},
    ],
    fix: [
      {text: 'In which state is it, and until when?', command: 'aws kms describe-key --key-id <key> --query "KeyMetadata.[KeyState,DeletionDate]"'},
      {text: 'Take the deletion back. That is possible until its date, and never after.', command: 'aws kms cancel-key-deletion --key-id <key>'},
      {text: 'It is disabled then: enable it.', command: 'aws kms enable-key --key-id <key>'},
    ],
    confirmBy: 'control-plane.readyz',
    source: 'AWS docs: key states of KMS keys; EKS docs: envelope encryption',
  },
  {
    code: 'KP0230',
    title: 'An EKS add-on and somebody else want the same objects',
    symptom: 'The add-on is CREATE_FAILED or DEGRADED: ConfigurationConflict, Conflicts found when trying to apply.',
    cause: 'The same driver or plugin was installed by helm or by hand: EKS does not overwrite fields that another manager has set.',
    match: [
      {awsError: 'ConfigurationConflict'},
      {output: /Conflicts found when trying to apply\. Will not continue due to resolve conflicts mode/},
    ],
    fix: [
      {text: 'Is there a release of the same thing?', command: 'helm list -A'},
      {text: 'Decide for one. The release stays: take the add-on away and keep its objects.', command: 'aws eks delete-addon --cluster-name <cluster> --addon-name <addon> --preserve'},
      {text: 'The add-on stays: let it take the fields over, then delete the release.', command: 'aws eks update-addon --cluster-name <cluster> --addon-name <addon> --resolve-conflicts OVERWRITE'},
    ],
    confirmBy: 'cni.single-plugin',
    source: 'EKS docs: troubleshooting add-ons; source notes: ownership of add-ons',
  },
]
