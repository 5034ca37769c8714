/** Cases of the checks of phase 20. */
import {mkdirSync, rmSync, writeFileSync} from 'node:fs'
import {dirname, join} from 'node:path'
import {renderContent} from '../../src/render/content.ts'
import {lookAtRepository, writeRepository} from '../../src/render/repository.ts'
import {changed, thing, without} from '../helpers/check-cases.ts'
import type {CheckCase, ContextOf} from '../helpers/check-cases.ts'
import {tempFolder} from '../helpers/temp.ts'

const record = thing('v1', 'ConfigMap', 'kube-system/kp-repository', {data: {platform: 'acme', environment: 'lab'}})

/** A repository as it is rendered, with one more change; Git tracks what it is told to. */
const repository = (change: (root: string) => void = () => undefined, tracked?: string[]): ContextOf => async (ctx) => {
  const root = tempFolder()
  const paths = {...ctx.paths, root}
  const platform = {...ctx, paths, environments: [ctx.spec], providerFor: () => ctx.provider}
  await writeRepository(platform, await lookAtRepository(platform), {force: false})
  change(root)
  const files = tracked ?? renderContent(platform).map(({path}) => path)
  return {...platform, exec: {run: () => Promise.resolve({exitCode: tracked === undefined ? 128 : 0, stdout: files.join('\0'), stderr: '', durationMs: 1, commandLine: 'git ls-files', recorded: false})}}
}
const put = (path: string, text: string) => (root: string): void => {
  mkdirSync(dirname(join(root, path)), {recursive: true})
  writeFileSync(join(root, path), text)
}
const SECRET = 'apiVersion: v1\nkind: Secret\nmetadata: {name: db, namespace: shop}\nstringData: {password: hunter2}\n'
const KEY = ['-----BEGIN', 'PRIVATE KEY-----'].join(' ')
const nothing = (): {objects: []} => ({objects: []})

export const deliverablesCases: CheckCase[] = [
  {
    check: 'deliverables.whole',
    context: repository(),
    passes: nothing,
    fails: [
      {what: 'a file is gone', context: repository((root) => rmSync(join(root, 'Makefile'))), observed: /Makefile is missing: make bootstrap/},
      {what: 'a folder is gone', context: repository((root) => rmSync(join(root, 'docs'), {recursive: true})), observed: /docs\/decisions is missing/},
      {what: 'a file was edited', context: repository(put('apps/README.md', 'mine')), observed: /apps\/README\.md was edited by hand/},
    ],
    survives: {all: 'it reads the repository alone'},
  },
  {
    check: 'deliverables.no-plain-secrets',
    context: repository(),
    passes: nothing,
    fails: [
      {what: 'a Secret is there', context: repository(put('apps/shop/secret.yaml', SECRET)), observed: /apps\/shop\/secret\.yaml holds Secret shop\/db in plain text/},
      {what: 'a key is tracked', context: repository(put('notes.txt', `x\n${KEY}\n`), ['notes.txt']), observed: /notes\.txt:2 looks like a key/},
    ],
    survives: {all: 'it reads the repository alone'},
  },
  {
    check: 'deliverables.pins',
    passes: nothing,
    fails: [{
      what: 'an image has the tag latest',
      context: (ctx) => ({phases: ctx.phases.map((phase) => (phase.id === 'ingress' ? {...phase, steps: () => [{id: 'ingress/x', title: 'x', risk: 'none' as const, manifests: () => [thing('v1', 'Pod', 'demo/x', {spec: {containers: [{image: 'docker.io/library/nginx:latest'}]}})]} as unknown as ReturnType<typeof phase.steps>[number]]} : phase))}),
      observed: /nginx:latest has no version/, status: 'warn',
    }],
    survives: {all: 'it reads kp.yaml alone'},
  },
  {
    check: 'deliverables.record',
    passes: () => ({objects: [record]}),
    fails: [
      {what: 'it is gone', change: without('ConfigMap'), observed: /kp-repository does not exist/, status: 'warn'},
      {what: 'it names another platform', change: changed('ConfigMap', () => ({data: {platform: 'other'}})), observed: /names platform other/, status: 'warn'},
    ],
  },
]
