/** Known failures of phase 7: what was taken out of delivery, and what never ends */
import type {Pitfall} from '../../engine/types.ts'

/** What was taken out of delivery, and what never ends */
export const keepingPitfalls: Pitfall[] = [
  {
    code: 'KP0715',
    title: 'Somebody has switched delivery off',
    symptom: 'A change in Git does not arrive, and no error is shown: the object is suspended or not synced by itself.',
    cause: 'During an incident delivery was stopped (flux suspend, the switch of auto-sync), and nobody switched it on again.',
    match: [{check: 'gitops.not-suspended'}],
    fix: [
      {text: 'Flux: which are suspended?', command: 'flux get all -A --status-selector ready=true'},
      {text: 'Flux: go on.', command: 'flux resume kustomization <name>'},
      {text: 'Argo CD: let it sync by itself again.', command: 'argocd app set <name> --sync-policy automated'},
      {text: 'Or let kp put back what it made.', command: 'kp step gitops'},
    ],
    confirmBy: 'gitops.not-suspended',
    source: 'checks: 07 GitOps; Flux docs: suspend',
  },
  {
    code: 'KP0717',
    title: 'Argo CD does not roll back what it syncs by itself',
    symptom: 'In an emergency argocd app rollback is refused: rollback cannot be initiated when auto-sync is enabled.',
    cause: 'With automated sync Git decides: a rollback beside it would be undone at the next sync.',
    match: [{output: /rollback cannot be initiated when auto-sync is enabled/}],
    fix: [
      {text: 'Take the change back where it was made: that is a rollback with a reason, and it arrives within minutes.', command: 'git revert <commit>'},
      {text: 'Bring it now instead of with the next poll.', command: 'argocd app get <application> --refresh'},
      {text: 'No time for that: stop the sync, and roll back by hand.', command: 'argocd app set <application> --sync-policy none'},
      {text: 'To the revision before; then revert in Git and switch the sync on again.', command: 'argocd app rollback <application>'},
    ],
    confirmBy: 'gitops.not-suspended',
    source: 'self-hosted on EC2, emergency procedures: argocd app rollback; argo-cd: server/application/application.go',
  },
  {
    code: 'KP0716',
    title: 'A sync never ends',
    symptom: 'An Application shows Running, or a Kustomization "Reconciliation in progress", for a long time; later commits wait.',
    cause: 'A hook or a resource of the sync never becomes healthy, so that the tool waits for it.',
    match: [{check: 'gitops.not-stuck'}],
    fix: [
      {text: 'Argo CD: what is waited for?', command: 'argocd app get <name> --show-operation'},
      {text: 'End that sync; the next one starts with the newest commit.', command: 'argocd app terminate-op <name>'},
      {text: 'Flux: what is waited for?', command: 'kubectl -n flux-system describe kustomization <name>'},
    ],
    confirmBy: 'gitops.not-stuck',
    source: 'Argo CD docs: sync phases and waves',
  },
]
