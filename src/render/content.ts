/** Everything that kp renders from kp.yaml: path and text of each file. Pure but for kp's own templates. */
import {readdirSync, readFileSync} from 'node:fs'
import {join} from 'node:path'
import {stringify} from 'yaml'
import {platformValues} from '../components/platform-values.ts'
import type {ManifestContext, PlatformContext, PlatformStep} from '../context.ts'
import type {KubeObject} from '../tools/kube-api.ts'
import {readme} from './readme.ts'

/** A file of the platform repository. */
export interface RenderedFile {
  /** Relative to the repository, with `/`. */
  path: string
  text: string
}

const HEADER = '# Rendered by kp from kp.yaml. Change kp.yaml, then run: kp render\n'

/** The files of the repository, sorted by path. Same kp.yaml and same kp: same bytes. */
export function renderContent(ctx: Pick<PlatformContext, 'environments' | 'catalog' | 'home' | 'phases' | 'providerFor'>): RenderedFile[] {
  const files: RenderedFile[] = [
    {path: '.gitignore', text: '# What belongs to one machine: journals, kubeconfigs, caches\n.kp/\n'},
    {path: 'README.md', text: readme(ctx)},
    ...runbooks(ctx.home),
  ]
  for (const spec of ctx.environments) {
    const environment: ManifestContext = {spec, catalog: ctx.catalog, home: ctx.home, phases: ctx.phases, provider: ctx.providerFor(spec)}
    files.push(...renderEnvironment(ctx.phases, environment))
  }
  return files.toSorted((a, b) => (a.path < b.path ? -1 : 1))
}

function renderEnvironment(phases: PlatformContext['phases'], ctx: ManifestContext): RenderedFile[] {
  const base = `clusters/${ctx.spec.environment.name}`
  return phases.flatMap((phase) => {
    if (phase.appliesTo !== undefined && phase.appliesTo(ctx) !== true) return []
    return phase.steps(ctx).flatMap((step) => renderStep(base, step, ctx))
  })
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

function runbooks(home: string): RenderedFile[] {
  const folder = join(home, 'templates', 'runbooks')
  return readdirSync(folder)
    .filter((name) => name.endsWith('.md'))
    .map((name) => ({path: `runbooks/${name}`, text: readFileSync(join(folder, name), 'utf8')}))
}
