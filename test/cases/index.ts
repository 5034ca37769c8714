/** The cases of all checks, by phase; one file a phase. */
import type {CheckCase} from '../helpers/check-cases.ts'
import {certManagerCases} from './cert-manager.ts'
import {cniCases} from './cni.ts'
import {controlPlaneCases} from './control-plane.ts'
import {gitopsCases} from './gitops.ts'
import {ingressCases} from './ingress.ts'
import {monitoringCases} from './monitoring.ts'
import {networkingCases} from './networking.ts'
import {nodePoolsCases} from './node-pools.ts'
import {prerequisitesCases} from './prerequisites.ts'

export const CASES: readonly CheckCase[] = [
  ...prerequisitesCases,
  ...networkingCases,
  ...controlPlaneCases,
  ...nodePoolsCases,
  ...cniCases,
  ...certManagerCases,
  ...ingressCases,
  ...gitopsCases,
  ...monitoringCases,
]

/** Phases whose checks all have cases. A phase is added with its cases. */
export const COVERED: readonly string[] = ['prerequisites', 'networking', 'control-plane', 'node-pools', 'cni', 'cert-manager', 'ingress', 'gitops', 'monitoring']
