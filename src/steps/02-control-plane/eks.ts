/** The control plane on EKS, and how kp reaches it. */
import {existsSync, readFileSync} from 'node:fs'
import {stringify} from 'yaml'
import {eksctlConfig} from '../../components/eksctl-config.ts'
import type {ManifestContext, PlatformContext, PlatformStep, RepositoryFile} from '../../context.ts'
import {KpError} from '../../engine/errors.ts'
import {writeFileAtomic} from '../../render/files.ts'
import {needsApi} from '../shared/needs-api.ts'
import {requireAws} from '../../checks/terraform/place.ts'
import {terraformStack} from '../shared/terraform-stack.ts'

/** The steps of a cluster on EKS; none elsewhere. */
export function eksCluster(ctx: ManifestContext): PlatformStep[] {
  if (ctx.provider.id !== 'eks') return []
  return [
    terraformStack({id: 'control-plane/eks', title: 'Make the control plane', stack: 'eks'}),
    terraformStack({id: 'control-plane/pod-roles', title: 'Make the roles of pods that call AWS', stack: 'pod-roles', timeoutMs: 15 * 60_000, after: ['control-plane/eks']}),
    needsApi(kubeconfig),
  ]
}

/** The same cluster for eksctl, for those who make it with that: then it is one that exists to kp. */
export function eksctlFiles({spec, provider}: ManifestContext): RepositoryFile[] {
  if (spec.provider.type !== 'eks') return []
  const head = '# Rendered by kp from kp.yaml, as an alternative: eksctl create cluster -f eksctl.yaml. Not together with the stacks.\n'
  return [{path: `infra/${spec.environment.name}/eksctl.yaml`, text: `${head}${stringify(eksctlConfig(spec, spec.provider, provider.zones(spec)), {lineWidth: 0})}`}]
}

/** kp's own kubeconfig: it holds no secret, the AWS CLI gets a token for each call. */
const kubeconfig: PlatformStep = {
  id: 'control-plane/kubeconfig',
  title: 'Write the kubeconfig of the cluster',
  risk: 'none',
  async probe(ctx) {
    const path = ctx.access.kubeconfig
    const wanted = await kubeconfigText(ctx)
    if (wanted === undefined) return {state: 'absent', observed: 'there is no cluster yet'}
    if (!existsSync(path)) return {state: 'absent', observed: 'there is no kubeconfig yet'}
    if (readFileSync(path, 'utf8') === wanted) return {state: 'satisfied', observed: `${path} leads to the cluster`}
    return {state: 'drifted', observed: 'the kubeconfig does not lead to the cluster as EKS has it', differences: [{object: path, seen: 'is not as kp wrote it, or of an earlier cluster'}]}
  },
  plan: (ctx) => Promise.resolve({lines: [`write ${ctx.access.kubeconfig}`], commands: [`aws eks update-kubeconfig --name ${ctx.spec.environment.cluster} --region ${requireAws(ctx).region} --kubeconfig ${ctx.access.kubeconfig}`]}),
  async apply(ctx) {
    const text = await kubeconfigText(ctx)
    if (text === undefined) throw new KpError({code: 'CLUSTER_ABSENT', message: `there is no EKS cluster ${ctx.spec.environment.cluster}`, next: ['kp up']})
    await ctx.change({doing: 'write the kubeconfig', command: `write ${ctx.access.kubeconfig}`}, () => writeFileAtomic(ctx.access.kubeconfig, text, 0o600))
  },
}

async function kubeconfigText(ctx: PlatformContext): Promise<string | undefined> {
  const aws = requireAws(ctx)
  const found = await aws.cluster()
  if (found?.endpoint === undefined || found.authority === undefined || ctx.spec.provider.type !== 'eks') return undefined
  const {profile, assumeRole} = ctx.spec.provider
  const {name} = found
  return stringify({
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': name,
    clusters: [{name, cluster: {server: found.endpoint, 'certificate-authority-data': found.authority}}],
    contexts: [{name, context: {cluster: name, user: name}}],
    users: [
      {
        name,
        user: {
          exec: {
            apiVersion: 'client.authentication.k8s.io/v1beta1',
            command: 'aws',
            args: ['--region', aws.region, ...(profile === undefined ? [] : ['--profile', profile]), 'eks', 'get-token', '--cluster-name', name, '--output', 'json', ...(assumeRole === undefined ? [] : ['--role-arn', assumeRole])],
            interactiveMode: 'Never',
          },
        },
      },
    ],
  })
}
