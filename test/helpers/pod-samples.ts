/** Pods that break the rules, each with the rules that it breaks: for kp's own look, for CEL, and for Pod Security Admission. */
import type {PodSpec} from '../../src/checks/policies/pod-spec.ts'

/** A pod with everything that an API server wants. */
export type SamplePod = PodSpec & {containers: (NonNullable<PodSpec['containers']>[number] & {name: string; image: string})[]}

const container = (context: Record<string, unknown> = {}, rest: Record<string, unknown> = {}): SamplePod['containers'][number] => ({
  name: 'web', image: 'registry.k8s.io/pause:3.10', securityContext: {allowPrivilegeEscalation: false, capabilities: {drop: ['ALL']}, ...context}, ...rest,
})

/** It keeps every rule. */
export const SAFE_POD: SamplePod = {securityContext: {runAsNonRoot: true, seccompProfile: {type: 'RuntimeDefault'}}, containers: [container()]}

const pod = (rest: Record<string, unknown> = {}): SamplePod => ({...SAFE_POD, ...rest})
const context = (rest: Record<string, unknown>): SamplePod => pod({securityContext: {...SAFE_POD.securityContext, ...rest}})
const of = (containerContext: Record<string, unknown>, rest: Record<string, unknown> = {}): SamplePod => pod({containers: [container(containerContext, rest)]})

/** One pod, and the rules that it breaks in their order. */
export interface PodSample {
  what: string
  pod: SamplePod
  breaks: string[]
}

/** At least one for each rule. */
export const POD_SAMPLES: readonly PodSample[] = [
  {what: 'a privileged container', pod: of({privileged: true, allowPrivilegeEscalation: true}), breaks: ['disallow-privileged-containers', 'disallow-privilege-escalation']},
  {what: 'an init container that is privileged', pod: pod({initContainers: [{...container({privileged: true, allowPrivilegeEscalation: true}), name: 'first'}]}), breaks: ['disallow-privileged-containers', 'disallow-privilege-escalation']},
  {what: 'the network of the node', pod: pod({hostNetwork: true}), breaks: ['disallow-host-namespaces']},
  {what: 'the processes of the node', pod: pod({hostPID: true}), breaks: ['disallow-host-namespaces']},
  {what: 'the shared memory of the node', pod: pod({hostIPC: true}), breaks: ['disallow-host-namespaces']},
  {what: 'a path of the node', pod: pod({volumes: [{name: 'node', hostPath: {path: '/'}}]}), breaks: ['disallow-host-path', 'restrict-volume-types']},
  {what: 'a port of the node', pod: of({}, {ports: [{containerPort: 80, hostPort: 80}]}), breaks: ['disallow-host-ports']},
  {what: 'a process of a Windows node', pod: pod({os: {name: 'windows'}, hostNetwork: true, securityContext: {runAsNonRoot: true, windowsOptions: {hostProcess: true}}, containers: [{name: 'web', image: 'registry.k8s.io/pause:3.10'}]}), breaks: ['disallow-host-namespaces', 'disallow-host-process']},
  {what: 'a capability too many', pod: of({capabilities: {drop: ['ALL'], add: ['SYS_ADMIN']}}), breaks: ['disallow-capabilities', 'disallow-capabilities-strict']},
  {what: 'a usual capability', pod: of({capabilities: {drop: ['ALL'], add: ['CHOWN']}}), breaks: ['disallow-capabilities-strict']},
  {what: 'the one capability that restricted allows', pod: of({capabilities: {drop: ['ALL'], add: ['NET_BIND_SERVICE']}}), breaks: []},
  {what: 'capabilities that are kept', pod: of({capabilities: {drop: ['NET_RAW']}}), breaks: ['disallow-capabilities-strict']},
  {what: 'the whole of /proc', pod: pod({hostUsers: false, containers: [container({procMount: 'Unmasked'})]}), breaks: ['disallow-proc-mount']},
  {what: 'an SELinux type of its own', pod: context({seLinuxOptions: {type: 'spc_t'}}), breaks: ['disallow-selinux']},
  {what: 'an SELinux user of its own', pod: of({seLinuxOptions: {user: 'system_u'}}), breaks: ['disallow-selinux']},
  {what: 'an SELinux type for containers', pod: context({seLinuxOptions: {type: 'container_init_t', level: 's0:c1,c2'}}), breaks: []},
  {what: 'no AppArmor', pod: of({appArmorProfile: {type: 'Unconfined'}}), breaks: ['restrict-apparmor-profiles']},
  {what: 'no seccomp', pod: of({seccompProfile: {type: 'Unconfined'}}), breaks: ['restrict-seccomp', 'restrict-seccomp-strict']},
  {what: 'a seccomp profile of the node', pod: of({seccompProfile: {type: 'Localhost', localhostProfile: 'web.json'}}), breaks: []},
  {what: 'an unsafe kernel parameter', pod: context({sysctls: [{name: 'kernel.msgmax', value: '65536'}]}), breaks: ['restrict-sysctls']},
  {what: 'a safe kernel parameter', pod: context({sysctls: [{name: 'net.ipv4.tcp_syncookies', value: '1'}]}), breaks: []},
  {what: 'a volume of NFS', pod: pod({volumes: [{name: 'share', nfs: {server: 'nfs.example.com', path: '/'}}]}), breaks: ['restrict-volume-types']},
  {what: 'volumes of every safe kind', pod: pod({volumes: [{name: 'a', configMap: {name: 'a'}}, {name: 'b', secret: {secretName: 'b'}}, {name: 'c', emptyDir: {}}, {name: 'd', projected: {sources: []}}, {name: 'e', persistentVolumeClaim: {claimName: 'e'}}, {name: 'f', downwardAPI: {items: []}}]}), breaks: []},
  {what: 'rights that may grow', pod: of({allowPrivilegeEscalation: true}), breaks: ['disallow-privilege-escalation']},
  {what: 'nothing said about rights', pod: pod({containers: [container({allowPrivilegeEscalation: undefined})]}), breaks: ['disallow-privilege-escalation']},
  {what: 'root allowed', pod: pod({securityContext: {seccompProfile: {type: 'RuntimeDefault'}}}), breaks: ['require-run-as-nonroot']},
  {what: 'one container that may be root', pod: of({runAsNonRoot: false}), breaks: ['require-run-as-nonroot']},
  {what: 'each container not root', pod: pod({securityContext: {seccompProfile: {type: 'RuntimeDefault'}}, containers: [container({runAsNonRoot: true})]}), breaks: []},
  {what: 'user 0', pod: of({runAsUser: 0}), breaks: ['require-run-as-non-root-user']},
  {what: 'no seccomp profile', pod: pod({securityContext: {runAsNonRoot: true}}), breaks: ['restrict-seccomp-strict']},
  {what: 'a seccomp profile of each container', pod: pod({securityContext: {runAsNonRoot: true}, containers: [container({seccompProfile: {type: 'RuntimeDefault'}})]}), breaks: []},
]
