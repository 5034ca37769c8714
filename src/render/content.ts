/** Everything that kp renders from kp.yaml: path and text of each file. Pure but for kp's own templates. */
import {readdirSync, readFileSync} from 'node:fs'
import {join} from 'node:path'
import {stringify} from 'yaml'
import {platformValues} from '../components/platform-values.ts'
import type {ManifestContext, PlatformContext, PlatformStep, RepositoryContext, RepositoryFile} from '../context.ts'
import type {KubeObject} from '../tools/kube-api.ts'
import {applies} from '../engine/applies.ts'
import {readme} from './readme.ts'

/** A file of the platform repository. */
export type RenderedFile = RepositoryFile

const HEADER = '# Rendered by kp from kp.yaml. Change kp.yaml, then run: kp render\n'

/** The files of the repository, sorted by path. Same kp.yaml and same kp: same bytes. */
export function renderContent(ctx: Pick<PlatformContext, 'environments' | 'catalog' | 'home' | 'phases' | 'providerFor'>): RenderedFile[] {
  const environments = ctx.environments.map((spec): RepositoryContext => ({spec, catalog: ctx.catalog, home: ctx.home, phases: ctx.phases, provider: ctx.providerFor(spec), environments: ctx.environments}))
  const files: RenderedFile[] = [
    {path: '.gitignore', text: '# What belongs to one machine: journals, kubeconfigs, caches\n.kp/\n'},
    {path: 'README.md', text: readme(ctx)},
  ]
  files.push(...runbooks(ctx.home, environments), ...environments.flatMap((one) => renderEnvironment(ctx.phases, one)))
  return onceEach(files).toSorted((a, b) => (a.path < b.path ? -1 : 1))
}

/** A file that several environments bring is one file. Two texts for it are a defect: which one is written would be chance. */
function onceEach(files: RenderedFile[]): RenderedFile[] {
  const byPath = new Map<string, RenderedFile>()
  for (const file of files) {
    const there = byPath.get(file.path)
    if (there !== undefined && there.text !== file.text) throw new Error(`${file.path} is rendered twice, with different texts`)
    byPath.set(file.path, file)
  }
  return [...byPath.values()]
}

function renderEnvironment(phases: PlatformContext['phases'], ctx: RepositoryContext): RenderedFile[] {
  return [...environmentFiles(ctx), ...phases.filter((phase) => applies(phase, ctx)).flatMap((phase) => (phase.files?.(ctx) ?? []).map(insideRepository))]
}

/** Values and manifests of one environment, in the order of the phases. */
export function environmentFiles(ctx: ManifestContext): RenderedFile[] {
  const base = `clusters/${ctx.spec.environment.name}`
  return ctx.phases.filter((phase) => applies(phase, ctx)).flatMap((phase) => phase.steps(ctx).flatMap((step) => renderStep(base, step, ctx)))
}

/** What is nobody's but kp's own, or outside of the repository, is no file of a phase. */
function insideRepository(file: RenderedFile): RenderedFile {
  const parts = file.path.split('/')
  if (parts.some((part) => ['', '.', '..', '.git', '.kp'].includes(part)) || ['kp.yaml', '.kp-render.json'].includes(file.path)) {
    throw new Error(`${file.path} is no path that a phase may render`)
  }
  return file
}

function renderStep(base: string, step: PlatformStep, ctx: ManifestContext): RenderedFile[] {
  // What a step asks here is answered by the spec alone.
  if (step.appliesTo !== undefined && step.appliesTo(ctx as PlatformContext) !== true) return []
  const delivered = (step.delivered?.(ctx) ?? []).flatMap(({file, objects}) => documents(`${base}/gitops/${file}`, objects))
  if (step.component !== undefined) {
    const values = platformValues(ctx, step.component).yaml
    return [{path: `${base}/${step.component}/values.yaml`, text: HEADER + values}, ...delivered]
  }
  return [...documents(`${base}/${step.id}.yaml`, step.manifests?.(ctx) ?? []), ...delivered]
}

function documents(path: string, objects: KubeObject[]): RenderedFile[] {
  return objects.length === 0 ? [] : [{path, text: HEADER + objects.map(toDocument).join('---\n')}]
}

/** kubectl and the GitOps controllers read YAML 1.1, in which the text "on" wants quotes. */
function toDocument(object: KubeObject): string {
  return stringify(object, {version: '1.1', lineWidth: 0, aliasDuplicateObjects: false})
}

/** Those of the pitfalls that can happen: of phases that some environment has; and those of no pitfall, which are for emergencies. Without an environment all of them. */
function runbooks(home: string, environments: ManifestContext[]): RenderedFile[] {
  const folder = join(home, 'templates', 'runbooks')
  const wanted = new Set(environments.flatMap((ctx) => ctx.phases.filter((phase) => applies(phase, ctx)).flatMap((phase) => phase.pitfalls.flatMap(({runbook}) => runbook ?? []))))
  const named = new Set(environments.flatMap((ctx) => ctx.phases.flatMap((phase) => phase.pitfalls.flatMap(({runbook}) => runbook ?? []))))
  return readdirSync(folder)
    .filter((name) => name.endsWith('.md') && (wanted.has(name) || !named.has(name)))
    .map((name) => ({path: `runbooks/${name}`, text: readFileSync(join(folder, name), 'utf8')}))
}
