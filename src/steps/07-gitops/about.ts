/** What, why and how of phase 7. */
import type {Phase} from '../../engine/types.ts'

export const about: Pick<Phase, 'id' | 'number' | 'title' | 'what' | 'why' | 'how'> = {
  id: 'gitops',
  number: 7,
  title: 'GitOps (Argo CD or Flux)',
  what: 'Argo CD (app of apps) or Flux, connected to the repository of the platform; on wish it takes over what kp installed.',
  why: 'What runs is what is in Git: each change is a commit that somebody reviewed, and what was changed by hand is seen and taken back.',
  how: [
    'The tool is a choice (phases.gitops.tool): argo-cd has a UI and shows the differences of each object; flux is lighter and keeps helm\'s releases. Default: argo-cd where a repository is given (here or in metadata.repository), else none, and the phase is off.',
    'Argo CD is given a project (AppProject platform) that allows this repository, the namespaces and the kinds that kp renders, and nothing else. Its root Application deploys what lies in clusters/<environment>/gitops/apps; sync waves follow the order in which components depend on each other.',
    'Flux is given a GitRepository and Kustomizations with dependsOn: chart repositories first, then one HelmRelease for each component.',
    'Credentials for the repository are a reference (phases.gitops.secret names an entry of secrets): "user:token", a token, or an SSH private key, for Flux followed by the lines of known_hosts. kp puts them into a Secret of the cluster, never into Git.',
    'The UI of Argo CD is reached by `kubectl -n argocd port-forward svc/argo-cd-argocd-server 8080:443`, then https://localhost:8080, user admin. The first password: `kubectl -n argocd get secret argocd-initial-admin-secret -o jsonpath=\'{.data.password}\' | base64 -d`. Change it (`argocd account update-password`), then delete that Secret; `kp verify` warns as long as it is there.',
    'With phases.gitops.handOver the tool keeps what kp installed: kp commits what it rendered (its own files only, on phases.gitops.branch) and pushes where a remote is set, gives the tool its Application or HelmRelease, waits until it is synced and healthy, and lets go. No object is made anew and no pod restarts. Set to false it takes everything back in the same way. The tool itself stays with kp.',
    'From then on `kp up` commits and waits for the sync; `kp plan` names what the tool says is out of sync and what live objects show. Rendered files are changed through kp.yaml alone.',
    'Verify: `kp verify gitops`. By hand: `kubectl get applications -n argocd`, or `kubectl get gitrepositories,kustomizations,helmreleases -A`.',
  ],
}
