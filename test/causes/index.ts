/** Every known failure of phases 0 to 3, with how a test causes it. */
import {controlPlaneCauses} from './control-plane.ts'
import {networkingCauses} from './networking.ts'
import {nodePoolsCauses} from './node-pools.ts'
import {prerequisitesCauses} from './prerequisites.ts'
import type {Cause} from './types.ts'

/** By code; several where there are several ways to it. */
export const CAUSES: Readonly<Record<string, readonly Cause[]>> = {...prerequisitesCauses, ...networkingCauses, ...controlPlaneCauses, ...nodePoolsCauses}

/** Those of one kind, each with its code. */
export function causesBy<B extends Cause['by']>(by: B): {code: string; cause: Extract<Cause, {by: B}>}[] {
  return Object.entries(CAUSES).flatMap(([code, causes]) => causes.filter((cause): cause is Extract<Cause, {by: B}> => cause.by === by).map((cause) => ({code, cause})))
}
