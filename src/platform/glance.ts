/** What `kp status` needs of a platform, kept from the last time that kp.yaml was read: checking it is most of the time that a short command takes. */
import {createHash} from 'node:crypto'
import {existsSync, readFileSync, statSync} from 'node:fs'
import {join} from 'node:path'
import type {PlatformContext, StatusFacts} from '../context.ts'
import {systemClock} from '../engine/clock.ts'
import {createLabs} from '../providers/lab/labs.ts'
import {labPresence} from '../providers/lab/presence.ts'
import type {ClusterPresence} from '../providers/types.ts'
import {writeFileAtomic} from '../render/files.ts'
import {cacheDir, stateDir} from '../tools/toolchain/paths.ts'
import {lastSeenBuild} from './last-build.ts'
import type {BuildRecord} from './last-build.ts'
import {activeDrillFile, findPlatform, platformPaths, SPEC_FILE} from './find.ts'
import type {OpenedPlatform} from './open.ts'
import {knownSecrets, refuseWrittenSecrets} from './secrets.ts'

/** What is kept: a function of kp.yaml and of kp itself, and used only while both are the same. */
interface Kept {
  key: string
  warnings: string[]
  environments: (StatusFacts & {lab: boolean; secrets: Record<string, string>})[]
}

/** Where and as whom to look. */
export interface GlanceOptions {
  cwd: string
  dir: string | undefined
  environment: string | undefined
  env: Record<string, string | undefined>
  home: string
  version: string
}

/** A platform as far as its status needs it. */
export interface Glance {
  facts: StatusFacts
  runs: string
  presence: ClusterPresence
  /** The last build that this checkout has seen. */
  built: BuildRecord | undefined
  warnings: string[]
  secrets: string[]
}

/**
 * Looks at a platform without reading kp.yaml again; undefined where that has to be done.
 * @throws KpError SPEC_MISSING, SPEC_INVALID for a secret in plain text
 */
export async function glance(options: GlanceOptions): Promise<Glance | undefined> {
  const root = findPlatform(options.cwd, options.dir)
  const kept = readKept(root, options)
  const environment = options.environment === undefined && kept?.environments.length === 1 ? kept.environments[0] : kept?.environments.find(({environment: name}) => name === options.environment)
  if (kept === undefined || environment === undefined || !environment.lab) return undefined
  const secrets = knownSecrets(environment.secrets, options.env, root)
  const spec = join(root, SPEC_FILE)
  refuseWrittenSecrets(spec, readFileSync(spec, 'utf8'), secrets)
  const paths = platformPaths(root, environment.environment)
  // A drill that was cut off is told, whatever is asked: that takes a closer look.
  if (existsSync(activeDrillFile(paths.environment))) return undefined
  const exec = {run: () => Promise.reject(new Error('a glance runs no tool'))}
  const labs = createLabs({stateDir: stateDir(options.env), cacheDir: cacheDir(options.env), exec, clock: systemClock, env: options.env})
  return {
    facts: environment,
    runs: paths.runs,
    built: lastSeenBuild(paths.environment),
    presence: labPresence(await labs.status(environment.cluster)),
    warnings: kept.warnings,
    secrets: secrets.map(({value}) => value),
  }
}

/** The facts of the platform's environment. */
export function statusFacts(ctx: PlatformContext, spec = ctx.spec): StatusFacts {
  const manifest = {spec, catalog: ctx.catalog, home: ctx.home, phases: ctx.phases, provider: spec === ctx.spec ? ctx.provider : ctx.providerFor(spec)}
  return {
    environment: spec.environment.name,
    cluster: spec.environment.cluster,
    phases: ctx.phases.map((phase) => {
      const applies = phase.appliesTo?.(manifest) ?? true
      return {id: phase.id, number: phase.number, title: phase.title, skipped: applies === true ? null : applies}
    }),
  }
}

/** Keeps the facts for the next glance, in a platform that was worked with before. What cannot be written is no error. */
export async function keepGlance({ctx, loaded}: OpenedPlatform, options: Pick<GlanceOptions, 'home' | 'version'>): Promise<void> {
  const key = keyOf(loaded.text, options)
  if (key === undefined || !existsSync(join(ctx.paths.state, 'environments'))) return
  const kept: Kept = {
    key,
    warnings: loaded.warnings,
    environments: ctx.environments.map((spec) => ({...statusFacts(ctx, spec), lab: spec.provider.type === 'lab', secrets: spec.secrets})),
  }
  await writeFileAtomic(keptAt(ctx.paths.root), JSON.stringify(kept)).catch(() => {})
}

function readKept(root: string, options: GlanceOptions): Kept | undefined {
  try {
    const key = keyOf(readFileSync(join(root, SPEC_FILE), 'utf8'), options)
    const kept = JSON.parse(readFileSync(keptAt(root), 'utf8')) as Kept
    return key !== undefined && kept.key === key ? kept : undefined
  } catch {
    return undefined
  }
}

function keptAt(root: string): string {
  return join(root, '.kp', 'glance.json')
}

/** The text of kp.yaml and the build of kp; undefined where kp runs from its sources, which change under it. */
function keyOf(text: string, {home, version}: Pick<GlanceOptions, 'home' | 'version'>): string | undefined {
  try {
    const {mtimeMs, size} = statSync(join(home, 'oclif.manifest.json'))
    return createHash('sha256').update(`${version} ${mtimeMs} ${size}\0`).update(text).digest('hex')
  } catch {
    return undefined
  }
}
