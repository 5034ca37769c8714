/** Known failures of helm releases and of applying objects: the same in every phase that installs something. */
import type {Pitfall} from '../../engine/types.ts'

/** Pitfalls of helm and of applying objects. */
export const helmPitfalls: Pitfall[] = [
  {
    code: 'KP0407',
    title: 'A release hangs half-way',
    symptom: 'helm says "another operation (install/upgrade/rollback) is in progress".',
    cause: 'An earlier helm was killed, and its record says pending-install or pending-upgrade for ever; or somebody else runs helm right now.',
    match: [{output: /another operation \(install\/upgrade\/rollback\) is in progress/}],
    fix: [
      {text: 'Is somebody at work? Look at the time of the last revision.', command: 'helm history <release> -n <namespace>'},
      {text: 'A release of kp: it takes its own interrupted record away and goes on.', command: 'kp up'},
      {text: 'By hand, pending-upgrade: back to the last good revision.', command: 'helm rollback <release> -n <namespace>'},
      {text: 'By hand, pending-install: nothing good was there before.', command: 'helm uninstall <release> -n <namespace>'},
    ],
    confirmBy: 'cni.agent-ready',
    runbook: 'release-stuck.md',
    source: 'helm: errPending; kp: half-installed release',
  },
  {
    code: 'KP0408',
    title: 'The release or object belongs to somebody else',
    symptom: 'helm says "cannot be imported into the current release: invalid ownership metadata" or "cannot reuse a name".',
    cause: 'An object or release of that name was made by other means: another release, kubectl, a GitOps tool, another platform. kp changes nothing that it did not make.',
    match: [
      {output: /exists and cannot be imported into the current release: invalid ownership metadata/},
      {output: /cannot reuse a name that is still in use/},
      {output: /the release \S+ in namespace \S+ was made by .+: kp leaves it alone/},
    ],
    fix: [
      {text: 'Who made it? The message names the object; look at its labels and annotations.', command: 'kubectl -n <namespace> get <kind> <name> -o yaml --show-managed-fields'},
      {text: 'Which releases are there?', command: 'helm list -A'},
      {text: 'Let kp take it over, after you looked at what would change.', command: 'kp up --adopt <component>'},
      {text: 'Or remove it, when nobody needs it.', command: 'helm uninstall <release> -n <namespace>'},
    ],
    confirmBy: 'cni.agent-ready',
    runbook: 'release-stuck.md',
    source: 'helm: ownership of resources; kp: release of someone else',
  },
  {
    code: 'KP0409',
    title: 'Somebody else manages the same field',
    symptom: 'Applying fails: "Apply failed with 1 conflict: conflict with …" and the name of a field.',
    cause: 'The field was set by another tool or by hand (kubectl edit, scale, an autoscaler), which now owns it.',
    match: [{output: /Apply failed with \d+ conflicts?: conflicts? with "[^"]+"/}],
    fix: [
      {text: 'Who owns it? The message names the manager.', command: 'kubectl -n <namespace> get <kind> <name> -o yaml --show-managed-fields'},
      {text: 'See what kp wants and what is there.', command: 'kp plan'},
      {text: 'By hand was a mistake: kp puts back just that field.', command: 'kp up'},
      {text: 'It is right as it is: write it into kp.yaml under components, or leave the field to the autoscaler.'},
    ],
    confirmBy: 'cni.agent-ready',
    source: 'Kubernetes docs: server-side apply, conflicts',
  },
  {
    code: 'KP0410',
    title: 'The pods of a release do not become ready',
    symptom: 'helm waits and gives up: "resource Deployment/… not ready", "context deadline exceeded".',
    cause: 'helm only says that time is up. The reason is with the pods: image, no room, a missing Secret, a failing probe.',
    match: [{output: /resource \w+\/\S+ not ready\. status: (?:InProgress|Failed|NotFound|Unknown)/}, {event: {reason: 'ProgressDeadlineExceeded'}}],
    fix: [
      {text: 'Which pods?', command: 'kubectl -n <namespace> get pods -o wide'},
      {text: 'Why?', command: 'kubectl -n <namespace> describe pod <pod>'},
      {text: 'What did it say before it ended?', command: 'kubectl -n <namespace> logs <pod> --previous --tail=50'},
      {text: 'Let kp hold all that against the known failures.', command: 'kp diagnose'},
      {text: 'Run it again; what is ready stays as it is.', command: 'kp up'},
    ],
    confirmBy: 'cni.agent-ready',
    runbook: 'release-stuck.md',
    source: 'helm: --wait',
  },
  {
    code: 'KP0411',
    title: 'A field cannot be changed',
    symptom: 'An upgrade fails: "field is immutable", or "updates to statefulset spec for fields other than …".',
    cause: 'Selectors of Deployments, templates of Jobs and most of a StatefulSet are fixed once the object exists.',
    match: [{output: /: field is immutable\b/}, {output: /updates to statefulset spec for fields other than/}],
    fix: [
      {text: 'The message names object and field. See whether you changed it in kp.yaml.', command: 'kp plan'},
      {text: 'Deployment or Job: delete the object; the next run makes it anew, with a short gap.', command: 'kubectl -n <namespace> delete <kind> <name>'},
      {text: 'StatefulSet: delete it and keep its pods and volumes.', command: 'kubectl -n <namespace> delete statefulset <name> --cascade=orphan'},
      {text: 'Run it again.', command: 'kp up'},
    ],
    confirmBy: 'cni.agent-ready',
    source: 'Kubernetes docs: immutable fields',
  },
]
