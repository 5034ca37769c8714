/** Every question of `kp init`, in the order of the phases. Data alone: nothing is loaded that the flags do not need. */
import {gitopsQuestions, monitoringQuestions} from './delivery.ts'
import {deliverablesQuestions, sloQuestions} from './finish.ts'
import {controlPlaneQuestions, networkQuestions, nodeQuestions} from './foundation.ts'
import {laterQuestions} from './later.ts'
import {loggingQuestions} from './logging.ts'
import {machineQuestions} from './machines.ts'
import {cniQuestions} from './network-plugin.ts'
import {platformQuestions} from './platform.ts'
import type {Question} from './types.ts'
import {certificateQuestions, ingressQuestions} from './ways-in.ts'

export const QUESTIONS: readonly Question[] = [
  ...platformQuestions, ...networkQuestions, ...machineQuestions, ...controlPlaneQuestions, ...nodeQuestions, ...cniQuestions,
  ...certificateQuestions, ...ingressQuestions, ...gitopsQuestions, ...monitoringQuestions, ...loggingQuestions, ...laterQuestions,
  ...sloQuestions, ...deliverablesQuestions,
]

/** The question of an id, which is also the name of its flag. */
export function questionOf(id: string): Question | undefined {
  return QUESTIONS.find((question) => question.id === id)
}
