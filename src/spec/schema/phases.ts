/** `phases`: one key for each of the twenty-one phases, in their order. */
import {z} from 'zod'
import {autoscaling, backupPhase, operators, secrets, security} from './phases-data.ts'
import {gitops, logging, mesh, monitoring} from './phases-delivery.ts'
import {certManager, cni, controlPlane, ingress, networking, nodePoolsPhase, prerequisites} from './phases-foundation.ts'
import {chaos, cost, day2, deliverables, sloPhase} from './phases-operation.ts'

/** `phases` */
export const phasesSchema = z.strictObject({
  prerequisites,
  networking,
  'control-plane': controlPlane,
  'node-pools': nodePoolsPhase,
  cni,
  'cert-manager': certManager,
  ingress,
  gitops,
  monitoring,
  logging,
  mesh,
  operators,
  secrets,
  autoscaling,
  security,
  backup: backupPhase,
  chaos,
  cost,
  day2,
  slo: sloPhase,
  deliverables,
}).prefault({}).describe('The phases and their choices')

/** The ids of the phases, in order. */
export const PHASE_IDS = Object.keys(phasesSchema.unwrap().shape) as PhaseId[]

/** The id of a phase. */
export type PhaseId = keyof z.output<typeof phasesSchema>
