/** Steps of phase 0. */
import type {PlatformStep} from '../../context.ts'
import {KpError} from '../../engine/errors.ts'
import {lookAtRepository, RENDER_RECORD, writeRepository} from '../../render/repository.ts'
import type {RepositoryLook} from '../../render/repository.ts'
import {neededTools} from './tools.ts'

/** Keeps the rendered files of the platform repository up to date. */
export const renderRepository: PlatformStep = {
  id: 'prerequisites/repository',
  title: 'Render the platform repository',
  risk: 'none',
  async probe(ctx) {
    const look = await lookAtRepository(ctx)
    if (look.changes.length === 0 && !look.staleRecord) return {state: 'satisfied', observed: `${look.files.length} files are as rendered from kp.yaml`}
    if (look.changes.length === 0) return {state: 'drifted', observed: `${RENDER_RECORD} does not name the files that kp rendered`, differences: [{object: RENDER_RECORD, seen: 'is not as kp left it'}], data: look}
    const missing = look.changes.filter((change) => change.kind === 'create')
    return {
      state: missing.length === look.files.length ? 'absent' : 'drifted',
      observed: `${look.changes.length} of ${look.files.length} files are not as rendered from kp.yaml`,
      differences: look.changes.map((change) => ({object: change.path, ...(change.kind === 'create' ? {} : {seen: change.kind === 'delete' ? 'is no longer wanted' : change.kind === 'edited' ? 'was edited by hand' : 'is of an older kp.yaml or an older kp'})})),
      data: look,
    }
  },
  plan(_ctx, probe) {
    const look = probe.data as RepositoryLook
    const lines = look.changes.map((change) => `${change.kind === 'create' ? 'write' : change.kind === 'delete' ? 'delete' : 'rewrite'} ${change.path}`)
    return Promise.resolve({lines: lines.length === 0 ? [`rewrite ${RENDER_RECORD}`] : lines, commands: ['kp render']})
  },
  async apply(ctx) {
    const look = await lookAtRepository(ctx)
    await ctx.change({doing: 'render the platform repository', command: 'kp render'}, () => writeRepository(ctx, look, {force: false}))
  },
}

/** Brings the tools that are missing into the user's cache. */
export const bringTools: PlatformStep = {
  id: 'prerequisites/tools',
  title: 'Bring the tools',
  risk: 'none',
  timeoutMs: 60 * 60_000,
  verify: ['prerequisites.tools'],
  async probe(ctx) {
    const found = await Promise.all(neededTools(ctx).map(async (name) => ({name, tool: await ctx.tool(name)})))
    const missing = found.flatMap(({name, tool}) => ('reason' in tool ? [{object: `tool ${name}`, seen: tool.found.length === 0 ? 'is not there' : tool.reason}] : []))
    if (missing.length === 0) return {state: 'satisfied', observed: found.flatMap(({name, tool}) => ('version' in tool ? [`${name} ${tool.version}`] : [])).join(', ')}
    return {state: 'absent', observed: `${missing.length} of ${found.length} tools are missing`, differences: missing}
  },
  plan: (_ctx, probe) => Promise.resolve({lines: (probe.differences ?? []).map(({object}) => `bring ${object.replace('tool ', '')} into kp's own cache`), commands: ['kp tools install']}),
  async apply(ctx, probe) {
    if (!ctx.mayInstall) {
      throw new KpError({code: 'TOOL_MISSING', message: probe.observed, details: (probe.differences ?? []).map(({object, seen}) => `${object} ${seen}`), next: ['kp tools install']})
    }
    await ctx.change({doing: 'bring the tools', command: 'kp tools install'}, () =>
      ctx.installTools((text, percent) => ctx.emit({code: 'step.progress', phase: 'prerequisites', step: 'prerequisites/tools', text, data: percent === undefined ? {} : {percent}})),
    )
  },
}
