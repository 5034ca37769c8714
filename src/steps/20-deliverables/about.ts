/** What, why and how of phase 20. */
import type {Phase} from '../../engine/types.ts'

export const about: Pick<Phase, 'id' | 'number' | 'title' | 'what' | 'why' | 'how'> = {
  id: 'deliverables',
  number: 20,
  title: 'Deliverables',
  what: 'The platform repository, complete: infra/, clusters/, apps/, runbooks/, decision records, failure scenarios, CI and a Makefile, without a secret in it.',
  why: 'A platform that only its makers can build again is a risk. With one repository as the single source of truth anybody can build a second one, and see why the first is as it is.',
  how: [
    '`clusters/<environment>/` holds values and manifests, laid out for kustomize (kustomization.yaml) or helmfile (helmfile.yaml): phases.deliverables.layout. kp itself needs neither; other tools and reviews do.',
    '`infra/` says where the cluster of each environment comes from, `apps/` how applications get in, `runbooks/` holds those of the pitfalls that can happen on this platform.',
    'Decision records (phases.deliverables.decisionRecords) say for each choice of kp.yaml what else there was, what it gives and costs, and what reliability is paid for. `docs/failure-scenarios.md` says what happens when a pod, node, zone, the control plane, a volume, DNS or the registry fails.',
    'CI (phases.deliverables.ci): a plan on each pull request, `kp up` on merge, an approval before protected environments; and a template for applications: build, push, write the tag into this repository.',
    '`make bootstrap` in a clone builds the platform without a question: tools, `kp up`, `kp verify`. Secrets are references, so whoever runs it needs their variables or files.',
    'Verify: `kp verify deliverables`: the repository is whole and as rendered, no Secret and nothing that looks like one is tracked, images have a version.',
  ],
}
