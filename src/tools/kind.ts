/** kind, as far as kp uses it. */
import {asKpError, KpError} from '../engine/errors.ts'
import type {Exec} from '../engine/types.ts'

/** The clusters that kind has made here. @throws KpError TOOL_MISSING, PREREQUISITE_MISSING where nothing runs containers */
export async function kindClusters(exec: Exec): Promise<string[]> {
  // Told to be quiet, kind says nothing of an engine that is down either.
  const doing = 'ask kind for its clusters'
  try {
    const {stdout} = await exec.run({tool: 'kind', args: ['get', 'clusters'], mutates: false, doing, timeoutMs: 60_000})
    return stdout.split('\n').map((line) => line.trim()).filter((line) => line !== '')
  } catch (error) {
    throw explainKind(error, doing)
  }
}

/** Tells a machine without an engine from everything else that kind may say. */
export function explainKind(error: unknown, doing: string): unknown {
  const known = asKpError(error)
  const output = known.tool?.output ?? ''
  if (known.code !== 'TOOL_FAILED' || !/Cannot connect to the Docker daemon|docker daemon|executable file not found in \$PATH|failed to get docker info|permission denied while trying to connect|cannot connect to Podman/i.test(output)) return error
  return new KpError({
    code: 'PREREQUISITE_MISSING',
    message: 'kind needs something that runs containers, and neither Docker nor Podman answers here',
    doing,
    ...(known.tool === undefined ? {} : {tool: known.tool}),
    next: ['start Docker (docker info says whether it runs), then run the same command again', 'or set provider.type to lab: it needs no containers'],
    cause: known,
  })
}
