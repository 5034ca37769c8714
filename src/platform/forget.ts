/** Forgets a cluster that kp itself has ended: the next one of that name is another. */
import {existsSync, readdirSync, rmSync} from 'node:fs'
import {join} from 'node:path'
import {readRecord, recordPath} from './identity.ts'

/** Removes the records of a cluster from a platform repository. */
export function forgetCluster(root: string, cluster: string): void {
  const environments = join(root, '.kp', 'environments')
  if (!existsSync(environments)) return
  for (const name of readdirSync(environments)) {
    const folder = join(environments, name)
    if (readRecord(folder)?.cluster !== cluster) continue
    rmSync(recordPath(folder), {force: true})
    rmSync(join(folder, 'cache'), {recursive: true, force: true})
  }
}
