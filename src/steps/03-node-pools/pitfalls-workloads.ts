/** Known failures of phase 3: what keeps pods from starting or staying. */
import type {Pitfall} from '../../engine/types.ts'
import {findCrashing, findMissingAccount, findMissingConfig, findOutOfMemory} from './find-workloads.ts'

/** What keeps pods from starting or staying. */
export const workloadPitfalls: Pitfall[] = [
  {
    code: 'KP0329',
    title: 'A Secret or ConfigMap that pods need does not exist',
    symptom: 'Pods stay in ContainerCreating or CreateContainerConfigError: MountVolume.SetUp failed, secret "…" not found.',
    cause: 'It was never made in that namespace, has another name there, or what should make it (External Secrets, a chart) has not come so far.',
    match: [
      {event: {reason: 'FailedMount', message: /MountVolume\.SetUp failed for volume "[^"]+" : configmap "[^"]+" not found/}},
      {container: {reason: 'CreateContainerConfigError'}},
    ],
    find: findMissingConfig,
    fix: [
      {text: 'Which one? The event names it.', command: 'kubectl -n <namespace> describe pod <pod>'},
      {text: 'What is there?', command: 'kubectl -n <namespace> get secrets,configmaps'},
      {text: 'Make it, or correct its name in the workload. Pods that wait see it within two minutes by themselves.'},
    ],
    confirmBy: 'networking.image-pulls',
    source: 'Kubernetes docs: Secrets, ConfigMaps',
  },
  {
    code: 'KP0330',
    title: 'The ServiceAccount of a workload does not exist',
    symptom: 'A workload has no pods at all: error looking up service account …: serviceaccount "…" not found.',
    cause: 'The workload names an account that was not made, was deleted, or stands in another namespace.',
    match: [{event: {reason: 'FailedCreate', message: /error looking up service account \S+: serviceaccount "[^"]+" not found/}}],
    find: findMissingAccount,
    fix: [
      {text: 'Which accounts are there?', command: 'kubectl -n <namespace> get serviceaccounts'},
      {text: 'What does the controller of the pods say?', command: 'kubectl -n <namespace> get events --field-selector reason=FailedCreate'},
      {text: 'Make the account with the name that the workload gives, then its RoleBindings.'},
    ],
    confirmBy: 'control-plane.controllers',
    source: 'Kubernetes docs: configure service accounts for pods',
  },
  {
    code: 'KP0331',
    title: 'A container needs more memory than its limit',
    symptom: 'A pod restarts again and again; its last state is OOMKilled, exit code 137.',
    cause: 'The limit is below what the program needs under this load, it leaks, or its own limit (heap of a JVM, GOMEMLIMIT) is above that of the container.',
    match: [{container: {reason: 'OOMKilled'}}],
    find: findOutOfMemory,
    fix: [
      {text: 'Which container, and what is its limit?', command: 'kubectl -n <namespace> describe pod <pod>'},
      {text: 'What does it use?', command: 'kubectl -n <namespace> top pod <pod> --containers'},
      {text: 'Raise the limit above the peak with a fifth to spare, or lower what the program takes for itself.'},
    ],
    confirmBy: 'node-pools.pressure',
    source: 'Kubernetes docs: assign memory resources',
  },
  {
    code: 'KP0332',
    title: 'A container ends again and again',
    symptom: 'A pod is in CrashLoopBackOff, and its log names nothing that kp knows.',
    cause: 'The program ends at its start: a setting, a key or a file is missing, it cannot reach what it depends on, or its liveness probe is too strict.',
    match: [{container: {reason: 'CrashLoopBackOff'}}],
    find: findCrashing,
    fix: [
      {text: 'What did it say before it ended?', command: 'kubectl -n <namespace> logs <pod> --previous --tail=50'},
      {text: 'How did it end? 1: by itself; 137: for its memory or by its probe; 143: it was asked to.', command: 'kubectl -n <namespace> describe pod <pod>'},
      {text: 'What changed last?', command: 'kubectl -n <namespace> rollout history <kind> <name>'},
    ],
    confirmBy: 'networking.image-pulls',
    source: 'Kubernetes docs: debug running pods',
  },
]
