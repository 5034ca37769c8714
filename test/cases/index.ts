/** The cases of all checks, by phase; one file a phase. */
import type {CheckCase} from '../helpers/check-cases.ts'
import {awsCases} from './aws.ts'
import {backupCases} from './backup.ts'
import {autoscalingCases} from './autoscaling.ts'
import {certManagerCases} from './cert-manager.ts'
import {chaosCases} from './chaos.ts'
import {cniCases} from './cni.ts'
import {controlPlaneCases} from './control-plane.ts'
import {controlPlaneKindCases} from './control-plane-kinds.ts'
import {costCases} from './cost.ts'
import {day2Cases} from './day2.ts'
import {deliverablesCases} from './deliverables.ts'
import {gitopsCases} from './gitops.ts'
import {hostCases} from './hosts.ts'
import {ingressCases} from './ingress.ts'
import {ingressConflictCases} from './ingress-conflicts.ts'
import {meshCases} from './mesh.ts'
import {metallbCases} from './metallb.ts'
import {monitoringSelectionCases} from './monitoring-selection.ts'
import {loggingCases} from './logging.ts'
import {monitoringCases} from './monitoring.ts'
import {networkingCases} from './networking.ts'
import {nodePoolsCases} from './node-pools.ts'
import {nodeHealthCases} from './node-pools-health.ts'
import {operatorsCases} from './operators.ts'
import {prerequisitesCases} from './prerequisites.ts'
import {secretsCases} from './secrets.ts'
import {securityCases} from './security.ts'
import {sloCases} from './slo.ts'
import {topolvmCases} from './topolvm.ts'

export const CASES: readonly CheckCase[] = [
  ...prerequisitesCases,
  ...awsCases,
  ...networkingCases,
  ...controlPlaneCases,
  ...controlPlaneKindCases,
  ...nodePoolsCases,
  ...nodeHealthCases,
  ...cniCases,
  ...certManagerCases,
  ...hostCases,
  ...metallbCases,
  ...topolvmCases,
  ...ingressCases,
  ...ingressConflictCases,
  ...gitopsCases,
  ...monitoringCases,
  ...monitoringSelectionCases,
  ...securityCases,
  ...backupCases,
  ...loggingCases,
  ...autoscalingCases,
  ...chaosCases,
  ...day2Cases,
  ...costCases,
  ...sloCases,
  ...deliverablesCases,
  ...operatorsCases,
  ...secretsCases,
  ...meshCases,
]

/** Phases whose checks all have cases. A phase is added with its cases. */
export const COVERED: readonly string[] = ['prerequisites', 'networking', 'control-plane', 'node-pools', 'cni', 'cert-manager', 'ingress', 'gitops', 'monitoring', 'logging', 'security', 'backup', 'chaos', 'day2', 'cost', 'slo', 'deliverables', 'autoscaling', 'secrets', 'operators', 'mesh']
