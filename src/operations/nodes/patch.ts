/** A node is patched: it boots again with what is new. Where kp cannot do that itself, it waits until somebody has. */
import {KpError} from '../../engine/errors.ts'
import type {KubeObject} from '../../tools/kube-api.ts'
import {annotateNode} from './service.ts'
import type {NodeAct} from './act.ts'
import {readNode} from './act.ts'

/** Annotation: when it was patched. */
const PATCHED_AT = 'kp.dev/patched-at'
const LOOK_MS = 3000

const infoOf = (node: KubeObject | undefined): {bootID?: string; kubeletVersion?: string} => (node?.['status'] as {nodeInfo?: {bootID?: string}} | undefined)?.nodeInfo ?? {}

/** See the file's head. */
export function patchAct(name: string, began: number, backMs: number): NodeAct {
  let wanted: string | undefined
  let boot: string | undefined
  return {
    title: 'have it boot with what is new',
    commands: [`ssh ${name} 'sudo apt-get update && sudo apt-get upgrade -y && sudo systemctl reboot'`],
    async act(ctx, at) {
      const {lab} = ctx
      if (lab !== undefined) {
        // The simulated node reports the newest kubelet of the control plane's minor that the lab has.
        wanted = `v${(await lab.status()).kubernetesVersion ?? ''}`
        return annotateNode(ctx, name, {[lab.kubeletAnnotation]: wanted, [PATCHED_AT]: new Date(ctx.clock.now()).toISOString()})
      }
      boot = infoOf(await readNode(ctx, name)).bootID
      ctx.emit({code: 'step.progress', ...at, text: `${name} is empty: patch it and have it boot now; kp waits for the new boot`})
      const until = Math.max(began, ctx.clock.now()) + backMs
      while (infoOf(await readNode(ctx, name)).bootID === boot) {
        if (ctx.stopping() || ctx.signal.aborted) throw new KpError({code: 'INTERRUPTED', message: `stopped while ${name} was to be patched; it takes pods again`, next: ['run the same command again']})
        if (ctx.clock.now() > until) throw new KpError({code: 'STEP_FAILED', message: `${name} did not boot again`, doing: `patch ${name}`, next: ['patch it and boot it while kp waits, or give it more time: --back-limit']})
        await ctx.clock.sleep(LOOK_MS, ctx.signal)
      }
    },
    done: (node) => wanted === undefined || infoOf(node).kubeletVersion === wanted,
  }
}
