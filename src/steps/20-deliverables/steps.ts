/** Steps of phase 20. */
import type {PlatformStep} from '../../context.ts'
import {manifestSet} from '../shared/manifest-set.ts'

/** Where whoever finds the cluster reads what it was made from. */
const NAMESPACE = 'kube-system'

/** Says in the cluster where its repository is: who meets it at night must not search. */
export const record: PlatformStep = manifestSet({
  id: 'deliverables/record',
  title: 'Say in the cluster where its repository is',
  after: ['control-plane/identity'],
  verify: ['deliverables.record'],
  objects: ({spec}) => [
    {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: {name: 'kp-repository', namespace: NAMESPACE},
      data: {
        platform: spec.platform,
        environment: spec.environment.name,
        repository: spec.repository ?? spec.phases.gitops.repository ?? 'not named in kp.yaml (metadata.repository)',
        owner: spec.owner ?? 'not named in kp.yaml (metadata.owner)',
        runbooks: spec.runbooks ?? 'runbooks/ of the repository',
        bootstrap: `make bootstrap ENV=${spec.environment.name}`,
      },
    },
  ],
})
