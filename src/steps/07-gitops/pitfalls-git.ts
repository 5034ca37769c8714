/** Known failures of phase 7: git, Flux's releases, hand-over. */
import type {Pitfall} from '../../engine/types.ts'

/** By code. */
export const gitPitfalls: Pitfall[] = [
  {
    code: 'KP0708',
    title: 'kp does not commit what is not its own',
    symptom: 'The run is refused: changes that kp did not make wait for a commit, or the repository is on another branch.',
    cause: 'A commit takes all that is staged. kp commits its own rendered files alone, on phases.gitops.branch.',
    match: [{check: 'gitops.committed'}, {output: /that kp did not make waits? for a commit/}, {output: /the repository is on .+, and phases\.gitops\.branch is /}],
    fix: [
      {text: 'What is staged, and where?', command: 'git status'},
      {text: 'Commit it yourself, or take it out of the index (the files stay).', command: 'git restore --staged .'},
      {text: 'Then go on.', command: 'kp up'},
    ],
    confirmBy: 'gitops.committed',
    source: 'kp: GitOps takes over',
  },
  {
    code: 'KP0709',
    title: 'The push is refused: the branch has gone on',
    symptom: 'git push: ! [rejected] HEAD -> main (fetch first), or a protected branch.',
    cause: 'Somebody pushed meanwhile, or the branch takes changes by pull request only. kp never forces.',
    match: [{output: /! \[(?:remote )?rejected\] .*\((?:fetch first|non-fast-forward|protected branch hook declined)\)/}],
    fix: [
      {text: 'Bring in what is there; the rendered files are kp\'s: on a conflict render them again.', command: 'git pull --rebase && kp render'},
      {text: 'Then go on.', command: 'kp up'},
      {text: 'A protected branch: let kp commit to a branch of its own (phases.gitops.branch), which the tool deploys, or push by a pull request and run kp again.', command: 'kp plan gitops'},
    ],
    confirmBy: 'gitops.committed',
    source: 'git docs: push, fast-forwards',
  },
  {
    code: 'KP0710',
    title: 'git does not know who commits',
    symptom: 'git commit: Author identity unknown. Please tell me who you are.',
    cause: 'No user.name and user.email are set on this machine, as in a fresh container or CI job.',
    match: [{tool: 'git', output: /Please tell me who you are|Author identity unknown/}],
    fix: [
      {text: 'Say it for this repository.', command: 'git config user.name "<name>" && git config user.email "<address>"'},
      {text: 'Then go on.', command: 'kp up'},
    ],
    confirmBy: 'gitops.committed',
    source: 'git docs: commit, commit information',
  },
  {
    code: 'KP0711',
    title: 'Flux has given a release up',
    symptom: 'A HelmRelease has Stalled=True, RetriesExceeded: Failed to upgrade after 3 attempt(s).',
    cause: 'The upgrade failed as often as remediation allows; Flux waits for a change. The reason is in the message and in the events of the release.',
    match: [
      {condition: {kind: 'HelmRelease', type: 'Stalled', status: 'True', reason: /^RetriesExceeded$/}},
      {condition: {kind: 'HelmRelease', type: 'Ready', status: 'False', reason: /^(?:Install|Upgrade|Test|Rollback|Uninstall)Failed$/}},
    ],
    fix: [
      {text: 'Why did it fail?', command: 'kubectl -n flux-system describe helmrelease <name>'},
      {text: 'And what do its pods say?', command: 'kubectl -n <namespace> get pods'},
      {text: 'Correct the values in kp.yaml.', command: 'kp up'},
      {text: 'Nothing to correct, it was a passing fault: begin anew.', command: 'flux reconcile helmrelease <name> --reset --force'},
    ],
    confirmBy: 'gitops.deliveries',
    source: 'Flux docs: HelmRelease, failure handling',
  },
  {
    code: 'KP0712',
    title: 'Two keep the same release',
    symptom: 'A component has an Application, and helm has a record of it too; what one sets the other takes back.',
    cause: 'A hand-over was cut off, or somebody ran helm upgrade on what Argo CD keeps.',
    match: [{check: 'gitops.one-owner'}],
    fix: [
      {text: 'Who keeps what?', command: 'kubectl get secrets -A -l owner=helm && kubectl get applications -n argocd'},
      {text: 'Finish the hand-over; helm\'s record goes, the objects stay.', command: 'kp up'},
      {text: 'Or take it back: phases.gitops.handOver false.', command: 'kp plan'},
    ],
    confirmBy: 'gitops.one-owner',
    source: 'kp: GitOps takes over',
  },
  {
    code: 'KP0713',
    title: 'A commit does not arrive',
    symptom: 'The tool still has an older commit although the new one is pushed.',
    cause: 'It looks at Git at its interval (phases.gitops.interval); it cannot read the repository; or a dependency that is not ready holds it back.',
    match: [
      {check: 'gitops.revision'},
      {condition: {kind: 'Kustomization', type: 'Ready', status: 'False', reason: /^DependencyNotReady$/}},
      {condition: {kind: 'HelmRelease', type: 'Ready', status: 'False', reason: /^DependencyNotReady$/}},
    ],
    fix: [
      {text: 'Let it look at once (Argo CD).', command: 'kubectl -n argocd annotate application platform argocd.argoproj.io/refresh=normal --overwrite'},
      {text: 'Let it look at once (Flux).', command: 'kubectl -n flux-system annotate gitrepository platform reconcile.fluxcd.io/requestedAt="$(date +%s)" --overwrite'},
      {text: '"dependency is not ready": put that one right first.', command: 'kp verify gitops'},
      {text: 'Always late: a webhook of the Git server tells it at each push, or set phases.gitops.interval.', command: 'kp plan gitops'},
    ],
    confirmBy: 'gitops.revision',
    source: 'self-hosted on EC2: Argo CD polls every 3 minutes; Flux docs: dependencies',
  },
  {
    code: 'KP0714',
    title: 'Deleting an Application deleted what it kept',
    symptom: 'An Application hangs in deletion, or its objects go with it.',
    cause: 'The finalizer resources-finalizer.argocd.argoproj.io makes Argo CD delete all that an Application keeps; it waits for ever where that cannot be.',
    match: [{output: /resources-finalizer\.argocd\.argoproj\.io/}, {condition: {kind: 'Application', type: 'DeletionError', status: 'True'}}],
    fix: [
      {text: 'Before you delete one whose objects are to stay: take the finalizer away. kp\'s own have none.', command: "kubectl -n argocd patch application <application> --type=merge -p '{\"metadata\":{\"finalizers\":null}}'"},
      {text: 'What is gone comes back from Git.', command: 'kp up'},
    ],
    confirmBy: 'gitops.deliveries',
    source: 'Argo CD docs: app deletion',
  },
]
