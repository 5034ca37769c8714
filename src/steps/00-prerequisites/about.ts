/** What, why and how of phase 0. */
import type {Phase} from '../../engine/types.ts'

export const about: Pick<Phase, 'id' | 'number' | 'title' | 'what' | 'why' | 'how'> = {
  id: 'prerequisites',
  number: 0,
  title: 'Prerequisites',
  what: 'Everything that must be there before anything is built: a place to build on, tools in known versions, a Git repository, and somebody who owns the platform.',
  why: 'A build that stops half-way for a missing tool or an expired login costs more than looking first. A platform without an owner and runbooks is repaired by nobody.',
  how: [
    'Decide where it runs (provider in kp.yaml): a managed control plane (EKS) for production unless you need full control; self-hosted with kubeadm or kubespray on EC2 or on your own machines; a cluster that exists already (also GKE and AKS); or the lab, to try everything without an account.',
    "Tools: kubectl, helm, git, and for a cloud terraform and the cloud's own CLI. `kp doctor` looks at versions, credentials, permissions, quotas and reachability; `kp tools install` brings pinned versions into kp's own cache. kubectl must be within one minor of the API server: kp uses its own where the machine's is too far.",
    'jq is handy for the commands in runbooks; kp itself does not need it.',
    'The platform lives in Git: `kp init` writes kp.yaml and everything rendered from it; commit and push it to GitHub, GitLab or any other server. GitOps (phase 7) reads from there. With metadata.repository kp checks that it is a remote of the folder and answers without asking for a password.',
    'Name the owner (metadata.owner) and the place of the runbooks (metadata.runbooks: a folder in Git or a wiki such as Confluence). Alerts and reports point there.',
    'Verify: `kp doctor` ends with 4 while something is missing; `kp verify prerequisites` checks the same.',
  ],
}
