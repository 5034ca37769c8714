/** The annotation by which an alert leads to its runbook. Pure. */
import type {EnvironmentSpec} from '../spec/types.ts'

/** An address where kp.yaml says that runbooks have one, else the file in the platform's repository. */
export function runbookLink({runbooks}: Pick<EnvironmentSpec, 'runbooks'>, file: string): {runbook_url: string} | {runbook: string} {
  const folder = (runbooks ?? 'runbooks').replace(/\/+$/, '')
  return /^https?:/.test(folder) ? {runbook_url: `${folder}/${file}`} : {runbook: `${folder}/${file}`}
}
