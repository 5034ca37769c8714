/** Jobs of kp that write a line or talk to the log store. */
import {storeEnv, storeVolumes} from '../../components/logging/backend.ts'
import {relocateImage} from '../../components/objects.ts'
import type {ManifestContext} from '../../context.ts'
import type {KubeObject} from '../../tools/kube-api.ts'
import {digestOf, JOB_PODS, LOGGING_NAMESPACE} from './names.ts'

const IMAGE = 'registry.k8s.io/e2e-test-images/agnhost:2.53'

/** A Job. */
export interface StoreJob {
  /** Before its digest. */
  name: string
  containers: {name: string; script: string; env?: unknown[]}[]
}

/** Its name: a Job cannot be changed, so that another one has another name. */
export function jobNameOf({name, containers}: StoreJob): string {
  return `${name}-${digestOf(containers)}`
}

/** The Job as an object; its containers find the CA of the store, and what the agents log in with. */
export function storeJob({spec}: Pick<ManifestContext, 'spec'>, job: StoreJob): KubeObject {
  const {volumes, mounts} = storeVolumes(spec.phases.logging.backend)
  const name = jobNameOf(job)
  return {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: {name, namespace: LOGGING_NAMESPACE, labels: JOB_PODS},
    spec: {
      backoffLimit: 3,
      activeDeadlineSeconds: 900,
      template: {
        metadata: {labels: JOB_PODS},
        spec: {
          restartPolicy: 'Never',
          automountServiceAccountToken: false,
          securityContext: {runAsNonRoot: true, runAsUser: 65_532, seccompProfile: {type: 'RuntimeDefault'}},
          ...(volumes.length === 0 ? {} : {volumes}),
          containers: job.containers.map(({name: container, script, env}) => ({
            name: container,
            image: relocateImage(IMAGE, spec.images.mirror),
            command: ['sh', '-c', script],
            env: [...storeEnv(spec.phases.logging.backend), ...(env ?? [])],
            resources: {requests: {cpu: '10m', memory: '16Mi'}, limits: {memory: '64Mi'}},
            securityContext: {allowPrivilegeEscalation: false, readOnlyRootFilesystem: true, capabilities: {drop: ['ALL']}},
            ...(mounts.length === 0 ? {} : {volumeMounts: mounts}),
          })),
        },
      },
    },
  }
}
