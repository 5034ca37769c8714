/** Scenarios as their files have them, with names filled in. */
import {existsSync, readFileSync, readdirSync} from 'node:fs'
import {join} from 'node:path'
import {parse, parseAllDocuments} from 'yaml'
import type {PlatformContext} from '../../context.ts'
import {KpError} from '../../engine/errors.ts'
import {didYouMean} from '../../engine/spelling.ts'
import {scenarioSchema} from '../../spec/scenario.ts'
import type {ScenarioFile} from '../../spec/scenario.ts'
import type {KubeObject} from '../../tools/kube-api.ts'

/** A scenario, and where its files are. */
export interface Scenario extends ScenarioFile {
  name: string
  folder: string
}

/** Names of all scenarios. @param home folder of kp's own data */
export function scenarioNames(home: string): string[] {
  const folder = join(home, 'lab', 'scenarios')
  return existsSync(folder) ? readdirSync(folder).filter((name) => existsSync(join(folder, name, 'scenario.yaml'))).toSorted() : []
}

/**
 * Reads one scenario.
 * @throws KpError USAGE where there is none of that name, BUG where its file is not right
 */
export function readScenario(home: string, name: string): Scenario {
  const names = scenarioNames(home)
  if (!names.includes(name)) throw new KpError({code: 'USAGE', message: `there is no scenario "${name}"${didYouMean(name, names)}`, next: ['kp lab scenario list']})
  const folder = join(home, 'lab', 'scenarios', name)
  const parsed = scenarioSchema.safeParse(parse(readFileSync(join(folder, 'scenario.yaml'), 'utf8')))
  if (!parsed.success) throw new KpError({code: 'BUG', message: `the scenario ${name} is not right: ${parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`).join('; ')}`})
  return {...parsed.data, name, folder}
}

/** Why a scenario cannot be started on a platform; undefined where it can. */
export function unfit(scenario: Scenario, ctx: PlatformContext): string | undefined {
  if (ctx.lab === undefined) return 'scenarios are for the provider lab'
  const phases: Record<string, unknown> = ctx.spec.phases
  for (const id of scenario.needs.phases) {
    const phase = ctx.phases.find((one) => one.id === id)
    const applies = phase === undefined ? `there is no phase ${id}` : (phase.appliesTo?.(ctx) ?? true)
    if (applies !== true) return `it needs the phase ${id}`
  }
  for (const [path, wanted] of Object.entries(scenario.needs.choices)) {
    const seen = at(path.startsWith('provider.') || path.startsWith('network.') || path.startsWith('metadata.') ? ctx.spec : phases, path)
    if (!covers(seen, wanted)) return `it needs ${path}: ${typeof wanted === 'object' ? JSON.stringify(wanted) : String(wanted)} in kp.yaml`
  }
  return undefined
}

/** Whether what is there has all that is wanted: of maps the named fields, of lists each item in its place. */
function covers(seen: unknown, wanted: unknown): boolean {
  if (Array.isArray(wanted)) return Array.isArray(seen) && seen.length === wanted.length && wanted.every((item: unknown, index) => covers(seen[index], item))
  if (typeof wanted === 'object' && wanted !== null) return typeof seen === 'object' && seen !== null && Object.entries(wanted).every(([key, value]) => covers((seen as Record<string, unknown>)[key], value))
  return seen === wanted
}

/** The value at a path of dots; in brackets items of a list, and keys with dots: `metadata.labels[kubernetes.io/arch]`. */
export function at(value: unknown, path: string): unknown {
  let found = value
  for (const [, inBrackets, plain] of path.matchAll(/\[([^\]]+)\]|([^.[\]]+)/g)) found = (found as Record<string, unknown> | undefined | null)?.[inBrackets ?? plain ?? '']
  return found
}

/** Puts names into texts: `${namespace}`. @throws KpError BUG for one that nobody gives */
export function fillNames<T>(value: T, names: Record<string, string>): T {
  if (typeof value === 'string') {
    return value.replaceAll(/\$\{([\w-]+)\}/g, (_, name: string) => {
      const found = names[name]
      if (found === undefined) throw new KpError({code: 'BUG', message: `the scenario names \${${name}}, which nothing gives`})
      return found
    }) as T
  }
  if (Array.isArray(value)) return value.map((item: unknown) => fillNames(item, names)) as T
  if (typeof value === 'object' && value !== null) return Object.fromEntries(Object.entries(value).map(([key, item]) => [fillNames(key, names), fillNames(item as unknown, names)])) as T
  return value
}

/** The objects of a file beside scenario.yaml, names filled in. */
export function readObjects(scenario: Scenario, file: string, names: Record<string, string>): KubeObject[] {
  const text = fillNames(readFileSync(join(scenario.folder, file), 'utf8'), names)
  return parseAllDocuments(text).flatMap((document) => (document.toJS() as KubeObject | null) ?? [])
}
