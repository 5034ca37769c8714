/** What is kept of the objects of a list: what checks read, once where many have it alike. */
import {describe, expect, it} from 'vitest'
import {slimmer} from '../../../src/checks/slim.ts'
import type {KubeObject} from '../../../src/tools/kube-api.ts'

const pod = (name: string): KubeObject => structuredClone({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: {name, namespace: 'demo', labels: {app: 'web'}, annotations: {note: 'x'}, managedFields: [{manager: 'kubelet', operation: 'Update'}]},
  spec: {
    nodeName: 'one', hostNetwork: true, tolerations: [{operator: 'Exists'}], securityContext: {runAsNonRoot: true},
    volumes: [{name: 'data', persistentVolumeClaim: {claimName: 'data'}}, {name: 'host', hostPath: {path: '/'}}, {name: 'token', projected: {}}],
    containers: [{name: 'web', image: 'web:1', env: [{name: 'A', value: 'b'}], volumeMounts: [{name: 'data'}], resources: {requests: {cpu: '1'}}, securityContext: {privileged: true}, ports: [{containerPort: 80}]}],
  },
  status: {phase: 'Running', podIP: '10.0.0.1', podIPs: [{ip: '10.0.0.1'}], conditions: [{type: 'Ready', status: 'True'}], containerStatuses: [{name: 'web', ready: false, restartCount: 2, imageID: 'sha', state: {waiting: {reason: 'CrashLoopBackOff'}}}]},
})

describe('what is kept of a list', () => {
  it('is all that checks read of pods', () => {
    expect(slimmer()(pod('one'))).toEqual({
      apiVersion: 'v1', kind: 'Pod', metadata: {name: 'one', namespace: 'demo', labels: {app: 'web'}, annotations: {note: 'x'}},
      spec: {
        nodeName: 'one', hostNetwork: true, securityContext: {runAsNonRoot: true}, volumes: [{name: 'data', persistentVolumeClaim: {claimName: 'data'}}, {name: 'host', hostPath: {path: '/'}}],
        containers: [{name: 'web', image: 'web:1', resources: {requests: {cpu: '1'}}, securityContext: {privileged: true}, ports: [{containerPort: 80}]}],
      },
      status: {phase: 'Running', podIP: '10.0.0.1', conditions: [{type: 'Ready', status: 'True'}], containerStatuses: [{name: 'web', ready: false, restartCount: 2, state: {waiting: {reason: 'CrashLoopBackOff'}}}]},
    })
  })

  it('is kept once where siblings have it alike, and apart where they differ', () => {
    const slim = slimmer()
    const [one, two, other] = [slim(pod('one')), slim(pod('two')), slim({...pod('other'), metadata: {...pod('other').metadata, labels: {app: 'db'}}})]
    expect(one.metadata.labels).toBe(two.metadata.labels)
    expect((one['spec'] as {containers: unknown}).containers).toBe((two['spec'] as {containers: unknown}).containers)
    expect(other.metadata.labels).toEqual({app: 'db'})
    expect(two.metadata.name).toBe('two')
  })

  it('is everything but the owners of fields for any other kind', () => {
    const node: KubeObject = {apiVersion: 'v1', kind: 'Node', metadata: {name: 'one', managedFields: []}, spec: {tolerations: 'kept'}}
    expect(slimmer()(node)).toEqual({apiVersion: 'v1', kind: 'Node', metadata: {name: 'one'}, spec: {tolerations: 'kept'}})
    expect(slimmer()({apiVersion: 'v1', kind: 'Pod', metadata: {name: 'bare'}})).toEqual({apiVersion: 'v1', kind: 'Pod', metadata: {name: 'bare'}})
  })
})
