/** What each exit code means, in words: the help and the docs take them from here. */
import type {EXIT} from './errors.ts'

/** One line for each exit code, for `kp --help`. */
export const EXIT_MEANINGS: Record<keyof typeof EXIT, string> = {
  ok: 'done, or healthy',
  unhealthy: 'not healthy: a check failed',
  usage: 'wrong usage, unknown command or phase',
  spec: 'kp.yaml is missing or invalid',
  prerequisite: 'a prerequisite is missing',
  failed: 'a step or a tool failed',
  locked: 'somebody else holds the lock',
  refused: 'refused by a guard',
  unknown: 'nothing failed, but something is unknown',
  changes: 'kp plan --exit-code: there are changes',
  defect: 'a defect in kp',
  interrupted: 'stopped by Ctrl-C',
  terminated: 'stopped by SIGTERM',
}
