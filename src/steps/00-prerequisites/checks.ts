/** Checks of phase 0. */
import {execFile} from 'node:child_process'
import {statfs} from 'node:fs/promises'
import {check, verdict} from '../../checks/builders.ts'
import type {PlatformCheck, PlatformContext} from '../../context.ts'
import {lookAtRepository} from '../../render/repository.ts'
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
    severity: 'warning',
    async run(ctx) {
      const look = await lookAtRepository(ctx)
      const complaints = look.changes.map((change) => `${change.path} is not as rendered`)
      if (!(await isInGit(ctx))) complaints.push(`the folder is in no Git repository: git init`)
      return verdict(complaints, `${look.files.length} files as rendered, in Git`, 'kp render writes the files; git keeps them')
    },
  }),
  check({
    id: 'prerequisites.owner',
    title: 'The platform has an owner and a place for its runbooks',
    severity: 'warning',
    run(ctx) {
      const complaints = [
        ...(ctx.spec.owner === undefined ? ['metadata.owner is not set in kp.yaml'] : []),
        ...(ctx.spec.runbooks === undefined ? ['metadata.runbooks is not set in kp.yaml'] : []),
      ]
      return Promise.resolve(verdict(complaints, `${ctx.spec.owner}, ${ctx.spec.runbooks}`, 'somebody who is called when it breaks, and where the runbooks are'))
    },
  }),
  check({
    id: 'prerequisites.disk-space',
    title: 'There is room on the disk for journals, tools and the lab',
    severity: 'warning',
    async run(ctx) {
      const stats = await statfs(ctx.paths.root)
      const free = stats.bavail * stats.bsize
      const gib = (bytes: number): string => `${(bytes / 1024 ** 3).toFixed(1)} GiB`
      return verdict(free < LEAST_DISK_BYTES ? [`${gib(free)} free`] : [], `${gib(free)} free`, `at least ${gib(LEAST_DISK_BYTES)}`)
    },
  }),
]

function isInGit(ctx: PlatformContext): Promise<boolean> {
  return new Promise((resolve) => {
    execFile('git', ['-C', ctx.paths.root, 'rev-parse', '--is-inside-work-tree'], {env: ctx.env as NodeJS.ProcessEnv, timeout: 5000}, (error) => resolve(error === null))
  })
}
