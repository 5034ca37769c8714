/** What is done to a node while it is empty. */
import type {PlatformContext} from '../../context.ts'
import type {KubeObject} from '../../tools/kube-api.ts'
import {apiError} from '../../tools/kube-api.ts'

/** See the file's head. */
export interface NodeAct {
  title: string
  commands: string[]
  act(ctx: PlatformContext, at: {phase: string; step: string}): Promise<void>
  /** Whether it shows. */
  done(node: KubeObject): boolean
}

/** Reads a node as it is now; undefined where there is none. @throws KpError where the server refuses */
export async function readNode(ctx: PlatformContext, name: string): Promise<KubeObject | undefined> {
  const {api} = await ctx.cluster()
  const answer = await api.request({path: `/api/v1/nodes/${encodeURIComponent(name)}`})
  if (answer.status === 404) return undefined
  if (answer.status >= 300) throw apiError(answer, `read node ${name}`)
  return answer.body as KubeObject
}
