/** Cases of the checks of phase 0. */
import {execFileSync} from 'node:child_process'
import {appendFileSync, readdirSync} from 'node:fs'
import {join} from 'node:path'
import type {PlatformContext} from '../../src/context.ts'
import {lookAtRepository, writeRepository} from '../../src/render/repository.ts'
import {answering, EXISTING, minutesAgo} from '../helpers/check-cases.ts'
import type {CheckCase, ContextOf} from '../helpers/check-cases.ts'
import {tempFolder} from '../helpers/temp.ts'

const NOTHING = (): {objects: []} => ({objects: []})
const git = (root: string, ...args: string[]): void => {
  execFileSync('git', ['-C', root, ...args], {stdio: 'ignore'})
}

/** A repository as kp renders it, in Git. */
const rendered: ContextOf = async (ctx) => {
  const root = tempFolder()
  const own = {...ctx, paths: {...ctx.paths, root}, environments: [ctx.spec], providerFor: () => ctx.provider, env: process.env} as PlatformContext
  await writeRepository(own, await lookAtRepository(own), {force: false})
  git(root, 'init', '--quiet')
  return own
}

/** A repository whose remote is another one beside it. */
const withRemote: ContextOf = (ctx) => {
  const [root, bare] = [tempFolder(), tempFolder()]
  git(bare, 'init', '--quiet', '--bare')
  git(root, 'init', '--quiet')
  const repository = `file://${bare}`
  git(root, 'remote', 'add', 'origin', repository)
  return {paths: {...ctx.paths, root}, spec: {...ctx.spec, repository}, env: process.env}
}

const CLOCK = '/api/v1/namespaces/default/configmaps'
/** What a dry run tells, so many seconds after the time of the cases. */
const told = (seconds: number): {objects: []; answers: Record<string, {body: unknown}>} => ({objects: [], answers: {[CLOCK]: {body: {metadata: {creationTimestamp: minutesAgo(-seconds / 60)}}}}})
const REVIEW = '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews'
const review = (body: unknown, status = 200): {objects: []; answers: Record<string, {status: number; body: unknown}>} => ({objects: [], answers: {[REVIEW]: {status, body}}})

export const prerequisitesCases: CheckCase[] = [
  {
    check: 'prerequisites.tools',
    context: () => ({tool: (name) => Promise.resolve({path: `/bin/${name}`, version: '1.2.3', source: 'cache' as const})}),
    passes: NOTHING,
    fails: [{what: 'helm is too old', context: () => ({tool: (name) => Promise.resolve(name === 'helm' ? {reason: 'helm 3.8.0 is too old', found: ['3.8.0']} : {path: `/bin/${name}`, version: '1.2.3', source: 'cache' as const})}), observed: /helm: helm 3\.8\.0 is too old/}],
    survives: {all: 'it looks at this machine'},
  },
  {
    check: 'prerequisites.repository',
    context: rendered,
    passes: NOTHING,
    fails: [
      {what: 'a file was edited', change: (world, {paths}) => (appendFileSync(join(paths.root, 'README.md'), 'by hand\n'), world), observed: /README\.md is not as rendered/},
      {what: 'the folder is in no repository', context: async (ctx) => ({...(await rendered(ctx)), env: {PATH: '/nowhere'}}), observed: /no Git repository/},
    ],
    survives: {all: 'it looks at the folder'},
  },
  {
    check: 'prerequisites.git-remote',
    platform: {repository: 'https://git.acme.org/acme/platform.git'},
    context: withRemote,
    passes: NOTHING,
    fails: [
      {what: 'it is another repository', change: (world, {paths}) => (git(paths.root, 'remote', 'set-url', 'origin', 'https://git.acme.org/other.git'), world), observed: /is not among the remotes/},
      {what: 'nobody answers there', context: ({spec, ...ctx}) => {
        const repository = 'file:///nowhere/platform.git'
        git(ctx.paths.root, 'remote', 'set-url', 'origin', repository)
        return {spec: {...spec, repository}}
      }, observed: /cannot be reached without a question/},
    ],
    skips: [{what: 'kp.yaml names no repository', context: ({spec}) => ({spec: Object.fromEntries(Object.entries(spec).filter(([key]) => key !== 'repository')) as PlatformContext['spec']}), observed: /metadata\.repository is not set/}],
    survives: {all: 'it asks git'},
  },
  {
    check: 'prerequisites.owner',
    platform: {owner: 'platform-team', runbooks: 'https://git.acme.org/runbooks'},
    context: (ctx) => ({paths: {...ctx.paths, root: tempFolder()}}),
    passes: NOTHING,
    fails: [
      {what: 'nobody owns it', platform: {}, observed: /metadata\.owner is not set.*metadata\.runbooks is not set/},
      {what: 'the folder of the runbooks is not there', platform: {owner: 'platform-team', runbooks: 'runbooks'}, observed: /names the folder runbooks, which is not there/},
    ],
    survives: {all: 'it reads kp.yaml'},
  },
  {
    check: 'prerequisites.disk-space',
    context: (ctx) => ({paths: {...ctx.paths, root: tempFolder()}}),
    passes: NOTHING,
    // A file system of the kernel's own has no free block.
    fails: readdirSync('/').includes('proc') ? [{what: 'the disk is full', context: (ctx) => ({paths: {...ctx.paths, root: '/proc'}}), observed: /^0\.0 GiB free$/}] : [],
    survives: {all: 'it looks at this machine'},
  },
  {
    check: 'prerequisites.credentials',
    platform: EXISTING,
    passes: () => review({status: {allowed: true}}),
    fails: [
      {what: 'it may not do everything', change: () => review({status: {allowed: false}}), observed: /no cluster administrator/},
      {what: 'nobody knows it', change: () => review({message: 'Unauthorized'}, 401), observed: /answers 401/},
    ],
    unknown: [{what: 'the review is refused', change: () => review({}, 403), observed: /answers 403/}],
    skips: [{what: 'kp makes the cluster', platform: {}, observed: /its own credentials/}],
  },
  {
    check: 'prerequisites.reachability',
    platform: EXISTING,
    context: () => ({chart: () => Promise.resolve({kind: 'repository'} as never)}),
    passes: NOTHING,
    fails: [{what: 'one cannot be had', context: () => ({chart: ({id}) => (id === 'cert-manager' ? Promise.reject(new Error('no way to charts.jetstack.io')) : Promise.resolve({kind: 'repository'} as never))}), observed: /cert-manager: no way to charts\.jetstack\.io/}],
    skips: [{what: 'the lab has stand-ins', platform: {}, observed: /stand-ins/}],
    survives: {all: 'it asks chart repositories'},
  },
  {
    check: 'prerequisites.clock',
    passes: () => told(-2),
    fails: [
      {what: 'this machine is behind', change: () => told(300), observed: /the clock here is 300 seconds behind that of the API server/},
      {what: 'this machine is ahead', change: () => told(-301), observed: /the clock here is 300 seconds ahead of that of the API server/},
    ],
    unknown: [
      {what: 'the dry run is refused', change: answering(CLOCK, {message: 'forbidden'}, 403), observed: /403/},
      {what: 'no time is told', change: answering(CLOCK, {}), observed: /gives no time/},
    ],
    skips: [{what: 'there is no cluster', context: () => ({presence: () => Promise.resolve({state: 'absent', observed: 'no lab'})}), observed: /no cluster yet/}],
  },
]
