/**
 * The Pod Security Standards as seventeen rules, eleven of level baseline and six more of level restricted. Each is
 * said twice: as CEL, for whichever engine the API server asks, and as a function, for what runs already. That both
 * (and Pod Security Admission) agree is held by test/integration/policies.test.ts.
 */
import {allContainers, broken} from './pod-spec.ts'
import type {Container, PodSpec} from './pod-spec.ts'

/** One rule. */
export interface PodRule {
  /** Also the name of its policy, behind `kp-`. */
  id: string
  level: 'baseline' | 'restricted'
  /** A sentence that is true where the rule is kept. */
  title: string
  /** CEL over the variables of `CEL_VARIABLES`: true where it is kept. */
  cel: string
  /** What a person is told where it is not. */
  message: string
  /** The fields of a pod that break it; none where it is kept. */
  breaks(pod: PodSpec): string[]
}

/** Variables that the rules name: the pod in whatever object carries it, and all of its containers. */
export const CEL_VARIABLES: readonly {name: string; expression: string}[] = [
  {name: 'pod', expression: "dyn(object).kind == 'Pod' ? dyn(object).spec : dyn(object).kind == 'CronJob' ? dyn(object).spec.jobTemplate.spec.template.spec : dyn(object).spec.template.spec"},
  {name: 'containers', expression: 'dyn(variables.pod.containers) + dyn(variables.pod.?initContainers.orValue([])) + dyn(variables.pod.?ephemeralContainers.orValue([]))'},
  {name: 'windows', expression: "variables.pod.?os.?name.orValue('') == 'windows'"},
]

const CAPABILITIES = ['AUDIT_WRITE', 'CHOWN', 'DAC_OVERRIDE', 'FOWNER', 'FSETID', 'KILL', 'MKNOD', 'NET_BIND_SERVICE', 'SETFCAP', 'SETGID', 'SETPCAP', 'SETUID', 'SYS_CHROOT']
const SELINUX = ['', 'container_t', 'container_init_t', 'container_kvm_t', 'container_engine_t']
const PROFILES = ['RuntimeDefault', 'Localhost']
const SYSCTLS = [
  'kernel.shm_rmid_forced', 'net.ipv4.ip_local_port_range', 'net.ipv4.ip_unprivileged_port_start', 'net.ipv4.tcp_syncookies', 'net.ipv4.ping_group_range', 'net.ipv4.ip_local_reserved_ports',
  'net.ipv4.tcp_keepalive_time', 'net.ipv4.tcp_fin_timeout', 'net.ipv4.tcp_keepalive_intvl', 'net.ipv4.tcp_keepalive_probes', 'net.ipv4.tcp_rmem', 'net.ipv4.tcp_wmem',
]
const VOLUMES = ['configMap', 'csi', 'downwardAPI', 'emptyDir', 'ephemeral', 'image', 'persistentVolumeClaim', 'projected', 'secret'] as const

const list = (values: readonly string[]): string => `[${values.map((value) => `'${value}'`).join(', ')}]`
/** Everything that has a security context: the pod and each container. */
const contexts = (expression: string): string => `[dyn(variables.pod)].all(c, ${expression}) && variables.containers.all(c, ${expression})`
const eachContainer = (pod: PodSpec, why: (container: Container) => string | undefined): string[] => broken(allContainers(pod), why)
const podAndContainers = (pod: PodSpec, why: (one: {securityContext?: PodSpec['securityContext']}) => string | undefined): string[] => [...broken([{name: '', container: pod}], why), ...broken(allContainers(pod), why)]
const isWindows = (pod: PodSpec): boolean => pod.os?.name === 'windows'
const among = (value: string | undefined, allowed: readonly string[]): boolean => value === undefined || allowed.includes(value)

/** All of them: baseline first. */
export const POD_RULES: readonly PodRule[] = [
  {
    id: 'disallow-privileged-containers', level: 'baseline', title: 'No container is privileged',
    cel: 'variables.containers.all(c, c.?securityContext.?privileged.orValue(false) == false)',
    message: 'Privileged containers are not allowed: securityContext.privileged must be unset or false',
    breaks: (pod) => eachContainer(pod, ({securityContext}) => (securityContext?.privileged === true ? 'securityContext.privileged' : undefined)),
  },
  {
    id: 'disallow-host-namespaces', level: 'baseline', title: 'No pod shares the namespaces of its node',
    cel: '!variables.pod.?hostNetwork.orValue(false) && !variables.pod.?hostPID.orValue(false) && !variables.pod.?hostIPC.orValue(false)',
    message: 'The namespaces of the node are not shared: hostNetwork, hostPID and hostIPC must be unset or false',
    breaks: (pod) => (['hostNetwork', 'hostPID', 'hostIPC'] as const).filter((field) => pod[field] === true),
  },
  {
    id: 'disallow-host-path', level: 'baseline', title: 'No pod mounts a path of its node',
    cel: 'variables.pod.?volumes.orValue([]).all(v, !has(v.hostPath))',
    message: 'Paths of the node are not mounted: volumes must not be of type hostPath',
    breaks: (pod) => (pod.volumes ?? []).filter(({hostPath}) => hostPath !== undefined).map(({name}) => `volume ${name}: hostPath`),
  },
  {
    id: 'disallow-host-ports', level: 'baseline', title: 'No container takes a port of its node',
    cel: 'variables.containers.all(c, c.?ports.orValue([]).all(p, p.?hostPort.orValue(0) == 0))',
    message: 'Ports of the node are not taken: hostPort must be unset or 0',
    breaks: (pod) => eachContainer(pod, ({ports}) => (ports?.some(({hostPort}) => (hostPort ?? 0) !== 0) === true ? 'ports.hostPort' : undefined)),
  },
  {
    id: 'disallow-host-process', level: 'baseline', title: 'No Windows pod is a process of its node',
    cel: contexts('c.?securityContext.?windowsOptions.?hostProcess.orValue(false) == false'),
    message: 'HostProcess pods are not allowed: securityContext.windowsOptions.hostProcess must be unset or false',
    breaks: (pod) => podAndContainers(pod, ({securityContext}) => (securityContext?.windowsOptions?.hostProcess === true ? 'securityContext.windowsOptions.hostProcess' : undefined)),
  },
  {
    id: 'disallow-capabilities', level: 'baseline', title: 'No container adds capabilities beyond the usual ones',
    cel: `variables.containers.all(c, c.?securityContext.?capabilities.?add.orValue([]).all(x, x in ${list(CAPABILITIES)}))`,
    message: `Capabilities beyond ${CAPABILITIES.join(', ')} are not added`,
    breaks: (pod) => eachContainer(pod, ({securityContext}) => (securityContext?.capabilities?.add?.every((one) => CAPABILITIES.includes(one)) === false ? 'securityContext.capabilities.add' : undefined)),
  },
  {
    id: 'disallow-proc-mount', level: 'baseline', title: 'Every container has the usual /proc',
    cel: "variables.containers.all(c, c.?securityContext.?procMount.orValue('Default') in ['', 'Default'])",
    message: 'The usual /proc is kept: securityContext.procMount must be unset or Default',
    breaks: (pod) => eachContainer(pod, ({securityContext}) => (among(securityContext?.procMount, ['', 'Default']) ? undefined : 'securityContext.procMount')),
  },
  {
    id: 'disallow-selinux', level: 'baseline', title: 'No pod takes an SELinux user, role or type of its own',
    cel: contexts(`c.?securityContext.?seLinuxOptions.?type.orValue('') in ${list(SELINUX)} && c.?securityContext.?seLinuxOptions.?user.orValue('') == '' && c.?securityContext.?seLinuxOptions.?role.orValue('') == ''`),
    message: `SELinux is left alone: seLinuxOptions.type must be one of ${SELINUX.slice(1).join(', ')}, user and role must be unset`,
    breaks: (pod) => podAndContainers(pod, ({securityContext}) => {
      const {type, user = '', role = ''} = securityContext?.seLinuxOptions ?? {}
      return among(type, SELINUX) && user === '' && role === '' ? undefined : 'securityContext.seLinuxOptions'
    }),
  },
  {
    id: 'restrict-apparmor-profiles', level: 'baseline', title: 'No pod switches AppArmor off',
    cel: contexts(`c.?securityContext.?appArmorProfile.?type.orValue('RuntimeDefault') in ${list(PROFILES)}`),
    message: 'AppArmor stays on: appArmorProfile.type must be unset, RuntimeDefault or Localhost',
    breaks: (pod) => podAndContainers(pod, ({securityContext}) => (among(securityContext?.appArmorProfile?.type, PROFILES) ? undefined : 'securityContext.appArmorProfile.type')),
  },
  {
    id: 'restrict-seccomp', level: 'baseline', title: 'No pod switches seccomp off',
    cel: contexts(`c.?securityContext.?seccompProfile.?type.orValue('RuntimeDefault') in ${list(PROFILES)}`),
    message: 'seccomp stays on: seccompProfile.type must be unset, RuntimeDefault or Localhost',
    breaks: (pod) => podAndContainers(pod, ({securityContext}) => (among(securityContext?.seccompProfile?.type, PROFILES) ? undefined : 'securityContext.seccompProfile.type')),
  },
  {
    id: 'restrict-sysctls', level: 'baseline', title: 'No pod sets unsafe kernel parameters',
    cel: `variables.pod.?securityContext.?sysctls.orValue([]).all(s, s.name in ${list(SYSCTLS)})`,
    message: 'Kernel parameters that reach beyond the pod are not set: securityContext.sysctls may hold the safe ones only',
    breaks: (pod) => (pod.securityContext?.sysctls ?? []).filter(({name}) => !SYSCTLS.includes(name)).map(({name}) => `securityContext.sysctls ${name}`),
  },
  {
    id: 'restrict-volume-types', level: 'restricted', title: 'Every volume is of a kind that keeps pods apart',
    cel: `variables.pod.?volumes.orValue([]).all(v, ${VOLUMES.map((kind) => `has(v.${kind})`).join(' || ')})`,
    message: `Volumes are of type ${VOLUMES.join(', ')}`,
    breaks: (pod) => (pod.volumes ?? []).filter((volume) => !VOLUMES.some((kind) => volume[kind] !== undefined)).map(({name, ...kind}) => `volume ${name}: ${Object.keys(kind)[0] ?? 'no kind'}`),
  },
  {
    id: 'disallow-privilege-escalation', level: 'restricted', title: 'No container may gain rights',
    cel: 'variables.windows || variables.containers.all(c, c.?securityContext.?allowPrivilegeEscalation.orValue(true) == false)',
    message: 'Rights are not gained: securityContext.allowPrivilegeEscalation must be false',
    breaks: (pod) => (isWindows(pod) ? [] : eachContainer(pod, ({securityContext}) => (securityContext?.allowPrivilegeEscalation === false ? undefined : 'securityContext.allowPrivilegeEscalation'))),
  },
  {
    id: 'require-run-as-nonroot', level: 'restricted', title: 'Every container must run as a user that is not root',
    cel: 'variables.containers.all(c, c.?securityContext.?runAsNonRoot.orValue(variables.pod.?securityContext.?runAsNonRoot.orValue(false)) == true)',
    message: 'Containers do not run as root: securityContext.runAsNonRoot must be true, of the pod or of each container',
    breaks: (pod) => eachContainer(pod, ({securityContext}) => ((securityContext?.runAsNonRoot ?? pod.securityContext?.runAsNonRoot) === true ? undefined : 'securityContext.runAsNonRoot')),
  },
  {
    id: 'require-run-as-non-root-user', level: 'restricted', title: 'No container names root as its user',
    cel: contexts('c.?securityContext.?runAsUser.orValue(1) != 0'),
    message: 'User 0 is root: securityContext.runAsUser must be unset or another',
    breaks: (pod) => podAndContainers(pod, ({securityContext}) => (securityContext?.runAsUser === 0 ? 'securityContext.runAsUser' : undefined)),
  },
  {
    id: 'restrict-seccomp-strict', level: 'restricted', title: 'Every container has a seccomp profile',
    cel: `variables.windows || variables.containers.all(c, c.?securityContext.?seccompProfile.?type.orValue(variables.pod.?securityContext.?seccompProfile.?type.orValue('')) in ${list(PROFILES)})`,
    message: 'seccomp is on: seccompProfile.type must be RuntimeDefault or Localhost, of the pod or of each container',
    breaks: (pod) => (isWindows(pod) ? [] : eachContainer(pod, ({securityContext}) => (PROFILES.includes(securityContext?.seccompProfile?.type ?? pod.securityContext?.seccompProfile?.type ?? '') ? undefined : 'securityContext.seccompProfile.type'))),
  },
  {
    id: 'disallow-capabilities-strict', level: 'restricted', title: 'Every container drops all capabilities',
    cel: "variables.windows || variables.containers.all(c, 'ALL' in c.?securityContext.?capabilities.?drop.orValue([]) && c.?securityContext.?capabilities.?add.orValue([]).all(x, x == 'NET_BIND_SERVICE'))",
    message: 'Capabilities are dropped: securityContext.capabilities.drop must have ALL, and only NET_BIND_SERVICE may be added',
    breaks: (pod) => (isWindows(pod) ? [] : eachContainer(pod, ({securityContext}) => {
      const {drop = [], add = []} = securityContext?.capabilities ?? {}
      return drop.includes('ALL') && add.every((one) => one === 'NET_BIND_SERVICE') ? undefined : 'securityContext.capabilities'
    })),
  },
]

/** The rules of a level; `restricted` has those of `baseline` too, `privileged` has none. */
export function rulesOf(level: 'privileged' | 'baseline' | 'restricted'): readonly PodRule[] {
  return level === 'privileged' ? [] : POD_RULES.filter((rule) => level === 'restricted' || rule.level === 'baseline')
}
