/** What the state of a lab means for a platform on it. */
import type {ClusterPresence} from '../types.ts'
import type {LabStatus} from './types.ts'

/** Whether the lab can be worked with, and what is said of it. */
export function labPresence({name, state}: Pick<LabStatus, 'name' | 'state'>): ClusterPresence {
  if (state === 'running') return {state: 'running', observed: `the lab ${name} runs`}
  if (state === 'stopped' || state === 'degraded') return {state: 'stopped', observed: `the lab ${name} is ${state}: kp up starts it`}
  return {state: 'absent', observed: `there is no lab ${name} yet`}
}
