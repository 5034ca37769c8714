/** Checks of phase 20: the repository itself. */
import {existsSync, readdirSync, readFileSync, statSync} from 'node:fs'
import {join} from 'node:path'
import {check, verdict} from '../../checks/builders.ts'
import {imagesIn} from '../../components/images.ts'
import type {PlatformCheck, PlatformContext} from '../../context.ts'
import {environmentFiles} from '../../render/content.ts'
import {lookAtRepository, RENDER_RECORD} from '../../render/repository.ts'
import {parseAllDocuments} from 'yaml'
import {requiredParts} from './repository-files.ts'
import {scanText} from './secret-scan.ts'

/** Folders that are nobody's to read. */
const SKIPPED = new Set(['.git', '.kp', 'node_modules', '.terraform'])
/** Pictures and archives take time and hold no manifests. */
const LARGEST = 1024 * 1024

/** The repository is whole, secret-free, pinned, and the cluster says where it is. */
export const checks: PlatformCheck[] = [
  check({
    id: 'deliverables.whole',
    title: 'The repository is whole and as rendered',
    pitfalls: ['KP2002'],
    async run(ctx) {
      if (!existsSync(join(ctx.paths.root, RENDER_RECORD))) return {status: 'unknown', observed: 'nothing is rendered yet: kp render'}
      const {changes, files} = await lookAtRepository(ctx)
      const missing = requiredParts(ctx).filter(({path}) => !existsSync(join(ctx.paths.root, path))).map(({path, what}) => `${path} is missing: ${what}`)
      const changed = changes.map(({path, kind}) => `${path} ${kind === 'create' ? 'is missing' : kind === 'edited' ? 'was edited by hand' : kind === 'delete' ? 'is no longer wanted' : 'is of an older kp.yaml or an older kp'}`)
      return verdict([...new Set([...missing, ...changed])], `${files.length} files as rendered`, 'kp render writes what is missing')
    },
  }),
  check({
    id: 'deliverables.no-plain-secrets',
    title: 'No Secret and nothing that looks like one is in the repository in plain text',
    pitfalls: ['KP2001'],
    async run(ctx) {
      const paths = await trackedFiles(ctx)
      const found = paths.files.flatMap((path) => scanText(path, textOf(join(ctx.paths.root, path))))
      return verdict(found.map(({path, line, what}) => `${path}${line === undefined ? '' : `:${line}`} ${what}`), `${paths.files.length} ${paths.tracked ? 'files that Git has, or takes next' : 'files, none of them in Git yet'}`, 'sealed (SealedSecret, SOPS) or fetched: kp explain secrets')
    },
  }),
  check({
    id: 'deliverables.pins',
    title: 'Every image in the repository has a version',
    severity: 'warning',
    pitfalls: ['KP2006'],
    run(ctx) {
      const images = environmentFiles(ctx).filter(({path}) => path.endsWith('.yaml') && !path.endsWith('/values.yaml')).flatMap(({path, text}) => imagesOf(text).map((image) => ({path, image})))
      const loose = images.filter(({image}) => !/@sha256:|:[^/:]+$/.test(image) || image.endsWith(':latest'))
      const found = verdict(loose.map(({path, image}) => `${path}: ${image} has no version`), `${images.length} images`, 'a tag that is not latest, or a digest')
      return Promise.resolve(found.status === 'fail' ? {...found, status: 'warn'} : found)
    },
  }),
  check({
    id: 'deliverables.record',
    title: 'The cluster says where its repository is',
    severity: 'warning',
    pitfalls: ['KP2008'],
    async run(ctx) {
      const found = await (await ctx.cluster()).get('v1', 'ConfigMap', 'kp-repository', 'kube-system')
      const data = (found?.['data'] ?? {}) as Record<string, string>
      const complaints = found === undefined ? ['ConfigMap kube-system/kp-repository does not exist'] : data['platform'] === ctx.spec.platform ? [] : [`ConfigMap kube-system/kp-repository names platform ${data['platform'] ?? 'nothing'}`]
      const result = verdict(complaints, `${data['platform']}, environment ${data['environment']}`, 'kp step deliverables writes it')
      return result.status === 'fail' ? {...result, status: 'warn'} : result
    },
  }),
]

/** What Git tracks or would take next; where the folder is in no repository, every file of it. */
async function trackedFiles(ctx: PlatformContext): Promise<{files: string[]; tracked: boolean}> {
  const {exitCode, stdout} = await ctx.exec.run({tool: 'git', args: ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], mutates: false, doing: 'list the files of the repository', cwd: ctx.paths.root, env: {GIT_OPTIONAL_LOCKS: '0'}, okExitCodes: [0, 128]})
  const files = exitCode === 0 ? stdout.split('\0').filter((path) => path !== '') : []
  return files.length > 0 ? {files, tracked: true} : {files: filesBelow(ctx.paths.root), tracked: false}
}

function filesBelow(root: string, folder = ''): string[] {
  return readdirSync(join(root, folder), {withFileTypes: true}).flatMap((entry) => {
    const path = folder === '' ? entry.name : `${folder}/${entry.name}`
    if (entry.isDirectory()) return SKIPPED.has(entry.name) ? [] : filesBelow(root, path)
    return entry.isFile() ? [path] : []
  })
}

/** A file that is gone since, or too large, has no text. */
function textOf(path: string): string {
  const stats = statSync(path, {throwIfNoEntry: false})
  return stats?.isFile() === true && stats.size <= LARGEST ? readFileSync(path, 'utf8') : ''
}

function imagesOf(text: string): string[] {
  return parseAllDocuments(text, {logLevel: 'silent'}).flatMap((document) => imagesIn([document.toJS() as unknown]))
}
