/** How a platform whose HPA shall be watched is made, and how its load is changed. */
import {setTimeout as sleep} from 'node:timers/promises'
import type {TestPlatform} from './platform.ts'

/** Sections of kp.yaml: little besides the demo application and what scales it. */
export const SCALING_SPEC = {
  phases: {
    monitoring: {enabled: false}, logging: {enabled: false}, backup: {enabled: false}, security: {enabled: false}, gitops: {tool: 'none'},
    autoscaling: {hpa: {min: 2, max: 10, cpuPercent: 70, scaleDownAfter: '15s'}},
  },
}

/** What the pods of the demo application use from now on, also those that the autoscaler adds. */
export async function setLoad(platform: TestPlatform, cpu: string): Promise<void> {
  await platform.kubectl(['-n', 'demo', 'annotate', 'pods', '-l', 'app=demo', '--overwrite', `lab.kp.dev/load=${cpu}`])
}

/** Waits until the demo application has that many copies. @throws Error with what the autoscaler said */
export async function waitForCopies(platform: TestPlatform, enough: (copies: number) => boolean, {timeoutMs, load}: {timeoutMs: number; load: string}): Promise<number> {
  for (const until = Date.now() + timeoutMs; Date.now() < until; await sleep(2000)) {
    await setLoad(platform, load)
    const copies = Number(await platform.kubectl(['-n', 'demo', 'get', 'deployment', 'demo', '-o', 'jsonpath={.spec.replicas}']))
    if (enough(copies)) return copies
  }
  throw new Error(await platform.kubectl(['-n', 'demo', 'describe', 'hpa', 'demo']))
}
