import {expect, it} from 'vitest'
import {readOnlyPlatform} from '../../../scripts/docs/platform.ts'
import type {PlatformContext} from '../../../src/context.ts'
import {rootStep} from '../../../src/steps/07-gitops/root.ts'
import {TOOLS} from '../../../src/steps/shared/gitops/names.ts'
import type {KubeObject} from '../../../src/tools/kube-api.ts'
import {fakeCluster} from '../../helpers/fake-cluster.ts'
import {PROJECT} from '../../helpers/run-kp.ts'

/** The calls of kubectl by which a root with these finalizers goes. */
async function goes(finalizers: string[]): Promise<string[]> {
  const calls: string[] = []
  const root: KubeObject = {...TOOLS['argo-cd'].keeper, metadata: {name: 'platform', namespace: 'argocd', labels: {'kp.dev/platform': 'acme', 'kp.dev/set': 'gitops.root'}, finalizers}}
  const run: PlatformContext['exec']['run'] = ({args}) => {
    calls.push(args.filter((arg) => /^(patch|delete)$|patch=/.test(arg)).join(' '))
    return Promise.resolve({exitCode: 0, stdout: '', stderr: '', durationMs: 0, commandLine: '', recorded: false})
  }
  const ctx = {...(await readOnlyPlatform(PROJECT)), exec: {run}, access: {kubeconfig: '/k'}, cluster: () => Promise.resolve(fakeCluster([root]))} as unknown as PlatformContext
  await rootStep('argo-cd', () => [root], () => []).undo?.(ctx, {withData: false})
  return calls
}

it('the root of Argo CD goes without what it deployed, whatever finalizer somebody gave it', async () => {
  expect(await goes([])).toEqual(['delete'])
  expect(await goes(['resources-finalizer.argocd.argoproj.io', 'theirs.example.com/x'])).toEqual(['patch --patch=[{"op":"replace","path":"/metadata/finalizers","value":["theirs.example.com/x"]}]', 'delete'])
})
