/** Hands what kp installed over to a GitOps tool and takes it back; no object is lost and no pod restarts, by uid. */
import {writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {expect} from 'vitest'
import type {KubeObject} from '../../src/tools/kube-api.ts'
import {expectNothingToDo} from './drift-round.ts'
import {git, startRepository} from './git.ts'
import {isReleaseRecord} from './kept-objects.ts'
import type {TestPlatform} from './platform.ts'
import {openTestPlatform} from './platform.ts'
import {takeSnapshot} from './snapshot.ts'

/** What the tool is told by kp: made anew on the way back, and nobody's object. */
const TOLD = /^(Application|HelmRelease|Kustomization) /

/** The uid of every object that counts, and of every pod with its restarts. */
async function uids(platform: TestPlatform): Promise<Map<string, string>> {
  const snapshot = await takeSnapshot(platform.admin())
  const {items} = JSON.parse(await platform.kubectl(['get', 'pods', '--all-namespaces', '--output=json'])) as {items: (KubeObject & {status: {containerStatuses?: {restartCount: number}[]}})[]}
  return new Map([
    ...[...snapshot].filter(([name, object]) => !isReleaseRecord(object) && !TOLD.test(name)).map(([name, {metadata}]): [string, string] => [name, metadata.uid ?? '']),
    ...items.map(({metadata, status}): [string, string] => [`Pod ${metadata.namespace}/${metadata.name}`, `${metadata.uid} ${(status.containerStatuses ?? []).map(({restartCount}) => restartCount).join(' ')}`]),
  ])
}

/** Objects of before that are gone or were made anew. */
function lost(before: Map<string, string>, after: Map<string, string>): string[] {
  return [...before].filter(([name, uid]) => after.get(name) !== uid).map(([name, uid]) => `${name}: ${uid} → ${after.get(name) ?? 'gone'}`)
}

async function releases(platform: TestPlatform): Promise<string[]> {
  return (JSON.parse(await platform.helm(['list', '--all-namespaces', '--output', 'json'])) as {name: string}[]).map(({name}) => name).toSorted()
}

/** What the tool keeps now: the names of its Applications or HelmReleases. */
async function kept(platform: TestPlatform, kind: string): Promise<string[]> {
  const {items} = JSON.parse(await platform.kubectl(['get', kind, '--all-namespaces', '--output=json'])) as {items: KubeObject[]}
  return items.map(({metadata}) => metadata.name)
}

/**
 * The whole way there and back on a platform of its own.
 * @param tool as kp.yaml names it
 * @param kind of the tool's objects, as kubectl names it
 */
export async function handOverAndBack(tool: 'argo-cd' | 'flux', kind: string): Promise<void> {
  const platform = await openTestPlatform({
    lean: true,
    name: `hand-${tool}`,
    build: 'none',
    spec: {repository: 'https://git.example.com/acme/platform.git', phases: {gitops: {tool, secret: 'git'}}, secrets: {git: 'file:../git-token'}},
  })
  try {
    writeFileSync(join(platform.root, '..', 'git-token'), 'kp:a-token-of-the-test-7')
    startRepository(platform.root, join(platform.root, '..', 'remote.git'))
    await platform.kpOk(['up', '--yes'])
    await expectNothingToDo(platform)
    const before = await uids(platform)
    const releasesBefore = await releases(platform)
    expect(releasesBefore).toContain('cert-manager')

    platform.setSpec(['phases', 'gitops', 'handOver'], true)
    await platform.kpOk(['up', '--yes'])
    await expectNothingToDo(platform)
    expect(lost(before, await uids(platform)), 'after the hand-over').toEqual([])
    expect(await kept(platform, kind)).toEqual(expect.arrayContaining(['cert-manager', 'envoy-gateway', 'kube-prometheus-stack']))
    // Argo CD has no use for helm's records; Flux goes on with them.
    expect(await releases(platform)).toEqual(tool === 'flux' ? releasesBefore : ['argo-cd'])
    await platform.kpOk(['verify'])
    // What the tool reads was pushed.
    expect(git(join(platform.root, '..', 'remote.git'), 'ls-tree', '-r', '--name-only', 'main')).toContain('gitops/apps/')

    platform.setSpec(['phases', 'gitops', 'handOver'], false)
    await platform.kpOk(['up', '--yes'])
    await expectNothingToDo(platform)
    expect(lost(before, await uids(platform)), 'after the way back').toEqual([])
    expect(await releases(platform)).toEqual(releasesBefore)
    expect(await kept(platform, kind)).not.toContain('cert-manager')
    await platform.kpOk(['verify'])
  } finally {
    await platform.close()
  }
}
