/** Every result that kp prints as JSON, by the name of its file under schemas/. Loaded by scripts and tests only. */
import {z} from 'zod'
import {backupCreate, backupList, backupSchedule, backupVerify, restore} from './backup.ts'
import {certsCheck, certsRotate} from './certs.ts'
import {diagnose, labScenario, labScenarioList} from './diagnose.ts'
import {drill, drillsList, drillsReport, drillsUndo, runbook} from './drills.ts'
import {loadtest} from './loadtest.ts'
import {migrate, migratePlan} from './migrate.ts'
import {mirrorList} from './mirror.ts'
import {error, history, plan, status, step, up, verify} from './platform.ts'
import {dora, report, supportBundle} from './report.ts'
import {costReport, policyEnforce, policyReport} from './reports.ts'
import {sloGenerate, sloList, sloReport, sloTest} from './slo.ts'
import {topology} from './topology.ts'
import {nodeDrain, nodeList, nodePatch, nodeReplace, upgrade, upgradePlan} from './upgrade.ts'
import {backendInit, bind, destroy, doctor, explain, init, kubeconfig, labDown, labList, labStatus, labUp, render, tools} from './tools.ts'

/** Schemas by command; `lab-up` is `kp lab up`. */
export const RESULT_SCHEMAS = {
  verify,
  diagnose,
  plan,
  up,
  step,
  status,
  doctor,
  explain,
  tools,
  history,
  topology,
  report,
  dora,
  'support-bundle': supportBundle,
  'mirror-list': mirrorList,
  'policy-report': policyReport,
  'policy-enforce': policyEnforce,
  'cost-report': costReport,
  'backup-create': backupCreate,
  'backup-list': backupList,
  'backup-verify': backupVerify,
  'backup-schedule': backupSchedule,
  restore,
  'certs-check': certsCheck,
  'certs-rotate': certsRotate,
  loadtest,
  migrate,
  'migrate-plan': migratePlan,
  'slo-list': sloList,
  'slo-generate': sloGenerate,
  'slo-test': sloTest,
  drill,
  'drills-list': drillsList,
  'drills-report': drillsReport,
  'drills-undo': drillsUndo,
  runbook,
  'slo-report': sloReport,
  upgrade,
  'upgrade-plan': upgradePlan,
  'node-list': nodeList,
  'node-drain': nodeDrain,
  'node-replace': nodeReplace,
  'node-patch': nodePatch,
  render,
  init,
  kubeconfig,
  'backend-init': backendInit,
  destroy,
  bind,
  'lab-up': labUp,
  'lab-down': labDown,
  'lab-list': labList,
  'lab-status': labStatus,
  'lab-scenario-list': labScenarioList,
  'lab-scenario': labScenario,
  error,
} as const

/** Name of a result. */
export type ResultName = keyof typeof RESULT_SCHEMAS

/** The JSON Schema of a result, as text. Fields may be added within a version: readers ignore what they do not know. */
export function resultSchemaText(name: ResultName): string {
  const {$schema, ...body} = z.toJSONSchema(RESULT_SCHEMAS[name], {io: 'input'})
  const title = name === 'error' ? 'What kp prints with --json when it fails' : `Result of kp ${name.replaceAll('-', ' ')} --json`
  return `${JSON.stringify({$schema, $id: `kp/${name}/v1`, title, ...body}, null, 2)}\n`
}
