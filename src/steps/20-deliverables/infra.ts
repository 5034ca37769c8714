/** infra/: where the cluster of an environment comes from. */
import type {ManifestContext} from '../../context.ts'
import type {EnvironmentSpec} from '../../spec/types.ts'

/** The page of an environment. */
export function infraReadme({spec}: Pick<ManifestContext, 'spec'>): string {
  const {environment: {name, cluster}, provider, kubernetes, network, nodePools} = spec
  return `# Infrastructure of ${name}

Rendered by kp from kp.yaml. Change kp.yaml, then run: \`kp render\`

| | |
| --- | --- |
| cluster | ${cluster} |
| provider | ${provider.type} |
| Kubernetes | ${kubernetes.version} |
| zones | ${network.zones} |
| node pools | ${nodePools.length === 0 ? 'of the provider' : nodePools.map((pool) => `${pool.name}: ${pool.min} to ${pool.max} × ${pool.instanceType ?? `${pool.cpu} CPU, ${pool.memory}`}`).join('; ')} |

${wordsOf(provider.type)}
`
}

function wordsOf(type: EnvironmentSpec['provider']['type']): string {
  switch (type) {
    case 'lab':
      return 'The cluster is a lab on the machine that runs kp: `kp up` makes it, `kp lab down`\nends it. There is no code here because there is nothing to provision.'
    case 'existing':
      return 'The cluster was made elsewhere and kp uses it as it is. Put the code that makes it\n(Terraform, Pulumi, what you have) beside this file, with a remote state that is\nencrypted and locked; kp leaves other files in this folder alone.'
    case 'kind':
      return 'The cluster runs in containers on one machine (kind): `kp up` makes it.'
    case 'eks':
      return 'Modules, root modules and the remote state belong here. State is kept in S3,\nencrypted, locked and never in Git.'
    case 'kubeadm-aws':
      return 'The machines are stacks in `terraform/`, and `infra/ansible/` sets them up: `kp up` runs\nboth. State is kept in S3, encrypted, locked and never in Git.'
    case 'bare-metal':
      return 'The inventory is beside this file, the playbook and its roles are in `infra/ansible/`:\n`kp up` runs them. Host keys and passwords do not belong here.'
  }
}
