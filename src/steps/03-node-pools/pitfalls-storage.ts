/** Known failures of phase 3: storage classes, volumes, snapshots. */
import {findMissingClass, findMissingDriver, findNoDefaultClass, findOtherZone, findTwoDefaultClasses} from './find-storage.ts'
import type {Pitfall} from '../../engine/types.ts'

/** Pitfalls of storage. */
export const storagePitfalls: Pitfall[] = [
  {
    code: 'KP0304',
    title: 'There is no default StorageClass',
    symptom: 'Claims without a class stay Pending: "no persistent volumes available for this claim and no storage class is set".',
    cause: 'No StorageClass has the annotation is-default-class. EKS makes none since 1.30.',
    match: [
      {check: 'node-pools.default-storage-class', output: /\b(?:no|none|0)\b/i},
      {event: {reason: 'FailedBinding', message: /no persistent volumes available for this claim and no storage class is set/}},
      {output: /no persistent volumes available for this claim and no storage class is set/},
      {check: 'node-pools.default-storage-class'},
    ],
    find: findNoDefaultClass,
    fix: [
      {text: 'Which classes are there?', command: 'kubectl get storageclasses'},
      {text: 'Make the one of kp.yaml.', command: 'kp step node-pools'},
      {text: 'Or mark an existing one.', command: 'kubectl annotate storageclass <name> storageclass.kubernetes.io/is-default-class=true --overwrite'},
    ],
    confirmBy: 'node-pools.default-storage-class',
    source: 'kp: storage is part of the node pools; Kubernetes docs: default StorageClass',
  },
  {
    code: 'KP0305',
    title: 'Two StorageClasses are the default',
    symptom: 'Claims without a class get another class than expected; the newest default wins.',
    cause: 'The cluster came with a default of its own, and a second one was made.',
    match: [
      {check: 'node-pools.default-storage-class', output: /\b(?:[2-9]|\d\d+) are\b/},
      {output: /^\S+ \(default\)[\s\S]*^\S+ \(default\)/m},
    ],
    find: findTwoDefaultClasses,
    fix: [
      {text: 'Which ones?', command: 'kubectl get storageclasses'},
      {text: 'Take the mark from the one that you do not want. Volumes that exist are not touched.', command: 'kubectl annotate storageclass <name> storageclass.kubernetes.io/is-default-class-'},
    ],
    confirmBy: 'node-pools.default-storage-class',
    source: 'Kubernetes docs: default StorageClass',
  },
  {
    code: 'KP0307',
    title: 'Nobody makes the volume: the CSI driver is missing',
    symptom: 'A claim stays Pending: "Waiting for a volume to be created either by the external provisioner …".',
    cause: 'The StorageClass names a provisioner that does not run, or that has no permission in the cloud.',
    match: [
      {check: 'node-pools.volume-binds'},
      {event: {reason: 'ExternalProvisioning', message: /Waiting for a volume to be created either by the external provisioner '[^']+'/}},
      {event: {reason: 'FailedScheduling', message: /pod has unbound immediate PersistentVolumeClaims/}},
    ],
    find: findMissingDriver,
    fix: [
      {text: 'Which provisioner is asked?', command: 'kubectl get storageclasses'},
      {text: 'Is there such a driver?', command: 'kubectl get csidrivers'},
      {text: 'What does its controller say? On AWS: has its role AmazonEBSCSIDriverPolicy?', command: 'kubectl -n kube-system logs deployment/ebs-csi-controller -c csi-provisioner --tail=50'},
      {text: 'Put it back; claims that wait are served then.', command: 'kp step node-pools'},
    ],
    confirmBy: 'node-pools.volume-binds',
    source: 'self-hosted on EC2, challenge 1; Kubernetes docs: dynamic provisioning',
  },
  {
    code: 'KP0308',
    title: 'The StorageClass of a claim does not exist',
    symptom: 'A claim stays Pending: storageclass.storage.k8s.io "…" not found.',
    cause: 'The name is misspelt, or the manifest comes from a cluster with other classes (gp2, standard).',
    match: [{event: {reason: 'ProvisioningFailed', message: /storageclass\.storage\.k8s\.io "[^"]*" not found/}}, {output: /storageclass\.storage\.k8s\.io "[^"]*" not found/}],
    find: findMissingClass,
    fix: [
      {text: 'Which classes are there?', command: 'kubectl get storageclasses'},
      {text: 'The class of a claim cannot be changed: delete the claim while it is empty and make it again with the right name, or without one.', command: 'kubectl -n <namespace> delete pvc <claim>'},
    ],
    confirmBy: 'node-pools.volume-binds',
    source: 'lab: claim with a wrong class',
  },
  {
    code: 'KP0309',
    title: 'The volume is in another zone than the nodes',
    symptom: 'A pod with a volume stays Pending: "didn\'t match PersistentVolume\'s node affinity".',
    cause: 'The volume lives in one zone, and no node there has room (or there is none). A class that binds at once chooses a zone too early.',
    match: [{event: {reason: 'FailedScheduling', message: /\d+ node\(s\) (?:didn't match PersistentVolume's node affinity|had volume node affinity conflict)/}}],
    find: findOtherZone,
    fix: [
      {text: 'In which zone is the volume?', command: "kubectl get pv <volume> -o jsonpath='{.spec.nodeAffinity}'"},
      {text: 'Which nodes are there?', command: 'kubectl get nodes -L topology.kubernetes.io/zone'},
      {text: 'Bring a node back into that zone.', command: 'kp step node-pools'},
      {text: 'Use volumeBindingMode: WaitForFirstConsumer for zonal disks; kp does.'},
    ],
    confirmBy: 'node-pools.volume-binds',
    source: 'Kubernetes docs: volume binding mode',
  },
  {
    code: 'KP0314',
    title: 'Volumes cannot be snapshotted',
    symptom: 'No kind VolumeSnapshot ("no matches for kind"), or no snapshot class for the driver: backups hold no volumes.',
    cause: 'The snapshot controller and its kinds are not part of Kubernetes; or the default snapshot class is for another driver.',
    match: [{check: 'node-pools.snapshot-class'}, {output: /no matches for kind "VolumeSnapshot\w*" in version "snapshot\.storage\.k8s\.io/}],
    fix: [
      {text: 'Are the kinds there?', command: 'kubectl api-resources --api-group=snapshot.storage.k8s.io'},
      {text: 'Do driver and snapshot class fit?', command: 'kubectl get volumesnapshotclasses,csidrivers'},
      {text: 'Install controller, kinds and class.', command: 'kp step node-pools'},
    ],
    confirmBy: 'node-pools.snapshot-class',
    source: 'Kubernetes docs: volume snapshots',
  },
  {
    code: 'KP0318',
    title: 'The volume still hangs on a dead node',
    symptom: 'After a node failed its pod starts elsewhere and waits: "Multi-Attach error for volume".',
    cause: 'The disk can be attached to one node only, and nobody told the cluster that the old node is off.',
    match: [{event: {reason: 'FailedAttachVolume', message: /Multi-Attach error for volume "[^"]*"/}}, {output: /Multi-Attach error for volume "[^"]*"/}],
    fix: [
      {text: 'Where does it hang?', command: 'kubectl get volumeattachments'},
      {text: 'Make sure that the machine is really off: two writers destroy a file system.', command: 'kubectl get nodes'},
      {text: 'Then say so; the volume is free within a minute.', command: 'kubectl taint node <node> node.kubernetes.io/out-of-service=nodeshutdown:NoExecute'},
      {text: 'Take the taint away when the node is back.', command: 'kubectl taint node <node> node.kubernetes.io/out-of-service-'},
    ],
    confirmBy: 'node-pools.volume-binds',
    runbook: 'node-not-ready.md',
    source: 'Kubernetes docs: non-graceful node shutdown',
  },
]
