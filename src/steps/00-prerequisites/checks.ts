/** Checks of phase 0. */
import {existsSync} from 'node:fs'
import {statfs} from 'node:fs/promises'
import {join} from 'node:path'
import {check, verdict} from '../../checks/builders.ts'
import type {PlatformCheck} from '../../context.ts'
import {applies} from '../../engine/applies.ts'
import {lookAtRepository} from '../../render/repository.ts'
import {isKeptInGit, remotesOf, sameRepository, whyUnreachable} from '../../tools/git.ts'
import {accountCheck, permissionsCheck} from './checks-aws.ts'
import {clockCheck} from './clock.ts'
import {neededTools} from './tools.ts'

const LEAST_DISK_BYTES = 2 * 1024 ** 3

/** Prerequisites: tools, repository, owner, disk. */
export const checks: PlatformCheck[] = [
  check({
    id: 'prerequisites.tools',
    title: 'Every tool that this platform needs is there in a version that fits',
    pitfalls: ['KP0001', 'KP0002'],
    async run(ctx) {
      const found = await Promise.all(neededTools(ctx).map(async (name) => ({name, tool: await ctx.tool(name)})))
      const complaints = found.flatMap(({name, tool}) => ('reason' in tool ? [`${name}: ${tool.reason}`] : []))
      const seen = found.flatMap(({name, tool}) => ('version' in tool ? [`${name} ${tool.version}`] : []))
      return verdict(complaints, seen.join(', '), 'kp tools install brings what is missing')
    },
  }),
  check({
    id: 'prerequisites.repository',
    title: 'The platform repository is in Git and as rendered from kp.yaml',
    pitfalls: ['KP0003', 'KP0014'],
    severity: 'warning',
    async run(ctx) {
      const look = await lookAtRepository(ctx)
      const complaints = [
        ...((await isKeptInGit(ctx.paths.root, ctx.env)) ? [] : ['the folder is in no Git repository, or in one that ignores it: git init']),
        ...look.changes.map((change) => `${change.path} is not as rendered`),
      ]
      return verdict(complaints, `${look.files.length} files as rendered, in Git`, 'kp render writes the files; git keeps them')
    },
  }),
  check({
    id: 'prerequisites.git-remote',
    title: 'The repository of kp.yaml is a remote of this folder and answers without a question',
    severity: 'warning',
    pitfalls: ['KP0011'],
    appliesTo: ({spec}) => (spec.repository === undefined ? 'metadata.repository is not set in kp.yaml' : true),
    async run(ctx) {
      const address = ctx.spec.repository ?? ''
      const [remotes, why] = await Promise.all([remotesOf(ctx.paths.root, ctx.env), whyUnreachable(address, ctx.env)])
      const complaints = [
        ...(remotes.some((remote) => sameRepository(remote, address)) ? [] : [`${address} is not among the remotes of this folder${remotes.length === 0 ? ': it has none' : ''}`]),
        ...(why === undefined ? [] : [`${address} cannot be reached without a question: ${why}`]),
      ]
      return verdict(complaints, `${address} is a remote and answers`, 'git push and GitOps reach it with the credentials that are there')
    },
  }),
  check({
    id: 'prerequisites.owner',
    title: 'The platform has an owner and a place for its runbooks',
    pitfalls: ['KP0004'],
    severity: 'warning',
    run(ctx) {
      const complaints = [
        ...(ctx.spec.owner === undefined ? ['metadata.owner is not set in kp.yaml'] : []),
        ...(ctx.spec.runbooks === undefined ? ['metadata.runbooks is not set in kp.yaml'] : isMissingFolder(ctx.paths.root, ctx.spec.runbooks) ? [`metadata.runbooks names the folder ${ctx.spec.runbooks}, which is not there`] : []),
      ]
      return Promise.resolve(verdict(complaints, `${ctx.spec.owner}, ${ctx.spec.runbooks}`, 'somebody who is called when it breaks, and where the runbooks are'))
    },
  }),
  check({
    id: 'prerequisites.disk-space',
    title: 'There is room on the disk for journals, tools and the lab',
    pitfalls: ['KP0005'],
    severity: 'warning',
    async run(ctx) {
      const stats = await statfs(ctx.paths.root)
      const free = stats.bavail * stats.bsize
      const gib = (bytes: number): string => `${(bytes / 1024 ** 3).toFixed(1)} GiB`
      return verdict(free < LEAST_DISK_BYTES ? [`${gib(free)} free`] : [], `${gib(free)} free`, `at least ${gib(LEAST_DISK_BYTES)}`)
    },
  }),
  clockCheck,
  accountCheck,
  permissionsCheck,
  check({
    id: 'prerequisites.credentials',
    title: 'kp may do on the cluster what it has to do',
    pitfalls: ['KP0007'],
    appliesTo: (ctx) => (ctx.provider.id === 'lab' ? 'the lab makes its own credentials' : true),
    async run(ctx) {
      const {api} = await ctx.cluster()
      const answer = await api.request({
        method: 'POST',
        path: '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews',
        body: {apiVersion: 'authorization.k8s.io/v1', kind: 'SelfSubjectAccessReview', spec: {resourceAttributes: {group: '*', resource: '*', verb: '*'}}},
      })
      if (answer.status >= 300) return {status: answer.status === 401 ? 'fail' : 'unknown', observed: `the API server answers ${answer.status}`, expected: 'valid credentials'}
      const allowed = (answer.body as {status?: {allowed?: boolean}}).status?.allowed === true
      return verdict(allowed ? [] : ['the user of the kubeconfig is no cluster administrator'], 'cluster administrator', 'cluster-admin, or a role that allows what the plan names')
    },
  }),
  check({
    id: 'prerequisites.reachability',
    title: 'The charts of this platform can be had',
    pitfalls: ['KP0008', 'KP0009'],
    appliesTo: (ctx) => (ctx.provider.id === 'lab' ? 'the lab has stand-ins for charts that are out of reach' : true),
    async run(ctx) {
      const components = [...new Set(ctx.phases.filter((phase) => applies(phase, ctx)).flatMap((phase) => phase.steps(ctx)).flatMap((step) => step.component ?? []))]
      const complaints: string[] = []
      for (const id of components) {
        await ctx.chart(ctx.catalog.get(id)).catch((error: unknown) => complaints.push(`${id}: ${error instanceof Error ? error.message : String(error)}`))
      }
      return verdict(complaints, `${components.length} charts`, 'charts.mirror in kp.yaml, or a way to the repositories')
    },
  }),
]

/** An address is somebody else's; a folder must be in the repository. */
function isMissingFolder(root: string, runbooks: string): boolean {
  return !/^https?:\/\//.test(runbooks) && !existsSync(join(root, runbooks))
}
