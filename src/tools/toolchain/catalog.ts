/** The programs that kp and its lab need, as data: adding a tool is adding one entry. */

/** A file that can be downloaded, with `{version}`, `{os}` and `{arch}` to fill in. */
export interface Download {
  url: string
  /** A file that holds its SHA-256, alone or followed by the file's name. */
  sum: string
  /** The archive's members to take, by the program's name; absent where the file is the program itself. */
  members?: Record<string, string>
  /** The program's name where the file is the program itself. */
  program?: string
}

/**
 * How a tool is built: with Go from a module's package, or from a module of kp's own, which pins what the tool is made of.
 * Such a module either has a program of its own, whose names are `links`, or names the packages of others.
 */
export type Build =
  | {kind: 'install'; packages: string[]; ldflags?: string; units: number; go: string}
  | {kind: 'module'; folder: string; modfile: string; output: string; links: string[]; ldflags: string; units: number; go: string}
  | {kind: 'packages'; folder: string; modfile: string; packages: string[]; tags?: string[]; ldflags: string; units: number; go: string}
  | PythonBuild

/** A tool from PyPI: an environment of its own, with every package pinned by digest. `modules` are what its programs run. */
export interface PythonBuild {
  kind: 'python'
  folder: string
  requirements: string
  modules: Record<string, string[]>
  /** The oldest Python that it takes. */
  python: string
}

/** One tool at one version. `units` in its build is how many packages Go compiles, for progress. */
export interface Tool {
  name: string
  version: string
  /** The programs that its folder holds. */
  programs: string[]
  /** All files of one way to download it; used only on these systems. */
  download?: {files: Download[]; os: string[]}
  build: Build
  /** Minutes that a build may take; default 45. */
  buildMinutes?: number
}

/** Kubernetes minors that the lab offers, newest last. */
export const KUBERNETES_MINORS = ['1.35', '1.36'] as const

/** A Kubernetes minor that the lab offers. */
export type KubernetesMinor = (typeof KUBERNETES_MINORS)[number]

/** The AWS provider of terraform that the stacks are tested with: its release, and the version of its Go module, which bears no release. */
export const AWS_PROVIDER = {release: '6.47.1', module: '1.60.1-0.20260602190131-5f2286d6d836'} as const

const KUBERNETES_PROGRAMS = ['etcd', 'kube-apiserver', 'kube-controller-manager', 'kube-scheduler', 'kubectl', 'kubeadm']

/** Every tool that kp can bring. Several versions of a tool are several entries. */
export const TOOLS: readonly Tool[] = [
  kubernetes('1.35.4', {go: '1.25.0', units: 2747}),
  kubernetes('1.36.3', {go: '1.26.0', units: 2786}),
  {
    name: 'helm',
    version: '4.3.1',
    programs: ['helm'],
    download: {
      os: ['linux', 'darwin'],
      files: [
        {
          url: 'https://get.helm.sh/helm-v{version}-{os}-{arch}.tar.gz',
          sum: 'https://get.helm.sh/helm-v{version}-{os}-{arch}.tar.gz.sha256sum',
          members: {helm: '{os}-{arch}/helm'},
        },
      ],
    },
    build: {kind: 'install', packages: ['helm.sh/helm/v4/cmd/helm'], ldflags: '-s -w -X helm.sh/helm/v4/internal/version.version=v4.3.1', units: 1150, go: '1.26.0'},
  },
  // kwok publishes no checksums beside its programs, so it is always built.
  kwok('kwok', '0.8.0', 1100),
  kwok('kwokctl', '0.8.0', 1000),
  service('metrics-server', '0.9.0', {packages: ['sigs.k8s.io/metrics-server/cmd/metrics-server'], variables: {'k8s.io/component-base/version.gitVersion': 'v0.9.0'}, units: 970}),
  service('prometheus', '3.15.0', {
    packages: ['github.com/prometheus/prometheus/cmd/prometheus', 'github.com/prometheus/prometheus/cmd/promtool'],
    // Of the ways to find targets only files and static ones are used; the others are most of the code.
    tags: ['remove_all_sd'],
    variables: {'github.com/prometheus/common/version.Version': '3.15.0'},
    units: 900,
  }),
  // Later modules lack the files of their page and do not build. One of its own, since Prometheus wants the newest as a library.
  service('alertmanager', '0.31.0', {
    modfile: 'alertmanager.mod',
    packages: ['github.com/prometheus/alertmanager/cmd/alertmanager', 'github.com/prometheus/alertmanager/cmd/amtool'],
    variables: {'github.com/prometheus/common/version.Version': '0.31.0'},
    units: 500,
  }),
  service('velero', '1.18.3', {
    packages: ['github.com/vmware-tanzu/velero/cmd/velero'],
    // Its second metrics port would be the same for every lab, and not on loopback.
    variables: {'github.com/vmware-tanzu/velero/pkg/buildinfo.Version': 'v1.18.3', 'sigs.k8s.io/controller-runtime/pkg/metrics/server.DefaultBindAddress': '0'},
    units: 900,
  }),
  service('velero-plugin-for-aws', '1.14.3', {packages: ['github.com/vmware-tanzu/velero-plugin-for-aws/velero-plugin-for-aws'], variables: {}, units: 100}),
  service('versitygw', '1.8.0', {packages: ['github.com/versity/versitygw/cmd/versitygw'], variables: {'main.Version': 'v1.8.0'}, units: 300}),
  // To take snapshots of etcd, and to prove them. Their own module: what a lab's services are made of stays as it is.
  {
    name: 'etcd-tools',
    version: '3.6.10',
    programs: ['etcdctl', 'etcdutl'],
    build: {
      kind: 'packages',
      folder: 'toolchain/etcd',
      modfile: 'go.mod',
      packages: ['go.etcd.io/etcd/etcdctl/v3', 'go.etcd.io/etcd/etcdutl/v3'],
      ldflags: '-s -w',
      units: 420,
      go: '1.26.0',
    },
  },
  // Sets up machines: those of EC2 for kubeadm, and one's own.
  {
    name: 'ansible',
    version: '2.19.14',
    programs: ['ansible-playbook', 'ansible'],
    build: {kind: 'python', folder: 'toolchain/ansible', requirements: 'core.txt', modules: {'ansible-playbook': ['ansible', 'playbook'], ansible: ['ansible', 'adhoc']}, python: '3.11'},
  },
  {
    name: 'kind',
    version: '0.33.0',
    programs: ['kind'],
    download: {os: ['linux', 'darwin'], files: [{url: 'https://kind.sigs.k8s.io/dl/v{version}/kind-{os}-{arch}', sum: 'https://kind.sigs.k8s.io/dl/v{version}/kind-{os}-{arch}.sha256sum', program: 'kind'}]},
    build: {kind: 'install', packages: ['sigs.k8s.io/kind'], ldflags: '-s -w', units: 260, go: '1.17.0'},
  },
  // Only for kp's own tests and for machines that cannot reach a registry: terraform fetches it by itself elsewhere.
  {
    name: 'terraform-provider-aws',
    version: AWS_PROVIDER.module,
    programs: ['terraform-provider-aws'],
    build: {kind: 'install', packages: ['github.com/hashicorp/terraform-provider-aws'], ldflags: '-s -w', units: 2025, go: '1.26.3'},
    buildMinutes: 240,
  },
]

/** The tools of the programs that run beside a lab's control plane. */
export const SERVICE_TOOLS = ['metrics-server', 'prometheus', 'alertmanager', 'velero', 'velero-plugin-for-aws', 'versitygw'] as const

/**
 * Finds a tool in the catalog.
 * @param version a whole version, or its beginning (`1.35`); absent: the newest entry
 * @returns the entry, or undefined where there is none
 */
export function findTool(name: string, version?: string): Tool | undefined {
  return TOOLS.findLast(
    (tool) => tool.name === name && (version === undefined || tool.version === version || tool.version.startsWith(`${version}.`)),
  )
}

/** The tools that bring a program: `kubectl` comes with every entry of kubernetes. Newest first. */
export function toolsOfProgram(program: string): Tool[] {
  return TOOLS.filter((tool) => tool.programs.includes(program)).toReversed()
}

/** The tools of a lab of that minor, in the order in which they are worth installing. */
export function labTools(minor: KubernetesMinor): Tool[] {
  return ['kwokctl', 'kwok'].map((name) => findTool(name)).concat([findTool('kubernetes', minor)]).filter((tool) => tool !== undefined)
}

function kubernetes(version: string, build: {go: string; units: number}): Tool {
  const [major = '', minor = ''] = version.split('.')
  const variable = (name: string, value: string): string => `-X k8s.io/component-base/version.${name}=${value}`
  return {
    name: 'kubernetes',
    version,
    programs: KUBERNETES_PROGRAMS,
    build: {
      kind: 'module',
      folder: 'toolchain/kubernetes',
      modfile: `v${major}.${minor}.mod`,
      output: 'kubernetes',
      links: KUBERNETES_PROGRAMS,
      ldflags: ['-s', '-w', variable('gitVersion', `v${version}`), variable('gitMajor', major), variable('gitMinor', minor)].join(' '),
      ...build,
    },
  }
}

function kwok(name: string, version: string, units: number): Tool {
  return {
    name,
    version,
    programs: [name],
    build: {
      kind: 'install',
      packages: [`sigs.k8s.io/kwok/cmd/${name}`],
      ldflags: '-s -w',
      units,
      go: '1.26.0',
    },
  }
}

/** One module holds what all of them are made of, so that the code that they share is compiled once. */
function service(name: string, version: string, build: {modfile?: string; packages: string[]; tags?: string[]; variables: Record<string, string>; units: number}): Tool {
  const {modfile = 'go.mod', packages, tags, variables, units} = build
  return {
    name,
    version,
    programs: packages.map((path) => path.split('/').at(-1) ?? path),
    build: {
      kind: 'packages',
      folder: 'toolchain/services',
      modfile,
      packages,
      ...(tags === undefined ? {} : {tags}),
      ldflags: ['-s', '-w', ...Object.entries(variables).map(([variable, value]) => `-X ${variable}=${value}`)].join(' '),
      units,
      go: '1.26.4',
    },
  }
}
