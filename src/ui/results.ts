/** The values that commands give back: what `--json` prints and what the renderers show. Types only, no library at run time. */
import type {z} from 'zod'
import type {backupCreate, backupList, backupSchedule, backupVerify, restore} from './schemas/backup.ts'
import type {certsCheck, certsRotate} from './schemas/certs.ts'
import type {checkReport, errorBody, fixStep, lab} from './schemas/common.ts'
import type {diagnose, labScenario, labScenarioList} from './schemas/diagnose.ts'
import type {drill, drillsList, drillsReport, drillsUndo, runbook} from './schemas/drills.ts'
import type {error, history, plan, status, step, up, verify} from './schemas/platform.ts'
import type {loadtest} from './schemas/loadtest.ts'
import type {migrate, migratePlan} from './schemas/migrate.ts'
import type {mirrorList} from './schemas/mirror.ts'
import type {dora, report, supportBundle} from './schemas/report.ts'
import type {costReport, policyEnforce, policyReport} from './schemas/reports.ts'
import type {sloGenerate, sloList, sloReport, sloTest} from './schemas/slo.ts'
import type {topology} from './schemas/topology.ts'
import type {nodeDrain, nodeList, nodePatch, nodeReplace, upgrade, upgradePlan} from './schemas/upgrade.ts'
import type {backendInit, bind, destroy, doctor, explain, init, kubeconfig, labDown, labList, labStatus, labUp, render, tools} from './schemas/tools.ts'

export type VerifyResult = z.infer<typeof verify>
export type VerifiedCheck = z.infer<typeof checkReport>
export type DiagnoseResult = z.infer<typeof diagnose>
export type LabScenarioListResult = z.infer<typeof labScenarioList>
export type LabScenarioResult = z.infer<typeof labScenario>
export type PlanResult = z.infer<typeof plan>
export type UpResult = z.infer<typeof up>
export type StepResult = z.infer<typeof step>
export type StatusResult = z.infer<typeof status>
export type HistoryResult = z.infer<typeof history>
export type MirrorListResult = z.infer<typeof mirrorList>
export type SloListResult = z.infer<typeof sloList>
export type SloGenerateResult = z.infer<typeof sloGenerate>
export type SloTestResult = z.infer<typeof sloTest>
export type TopologyResult = z.infer<typeof topology>
export type ReportResult = z.infer<typeof report>
export type SupportBundleResult = z.infer<typeof supportBundle>
export type PolicyReportResult = z.infer<typeof policyReport>
export type PolicyEnforceResult = z.infer<typeof policyEnforce>
export type CostReportResult = z.infer<typeof costReport>
export type BackupCreateResult = z.infer<typeof backupCreate>
export type BackupListResult = z.infer<typeof backupList>
export type BackupVerifyResult = z.infer<typeof backupVerify>
export type BackupScheduleResult = z.infer<typeof backupSchedule>
export type RestoreResult = z.infer<typeof restore>
export type RestorePlan = RestoreResult['plan']
export type DrillResult = z.infer<typeof drill>
export type DrillsListResult = z.infer<typeof drillsList>
export type DrillsReportResult = z.infer<typeof drillsReport>
export type DrillsUndoResult = z.infer<typeof drillsUndo>
export type RunbookResult = z.infer<typeof runbook>
export type CertsCheckResult = z.infer<typeof certsCheck>
export type CertsRotateResult = z.infer<typeof certsRotate>
export type SloReportResult = z.infer<typeof sloReport>
export type LoadtestResult = z.infer<typeof loadtest>
export type MigratePlanResult = z.infer<typeof migratePlan>
export type MigrateResult = z.infer<typeof migrate>
export type DoraResult = z.infer<typeof dora>
export type UpgradeResult = z.infer<typeof upgrade>
export type UpgradePlanResult = z.infer<typeof upgradePlan>
export type NodeListResult = z.infer<typeof nodeList>
export type NodeWorkResult = z.infer<typeof nodeDrain> | z.infer<typeof nodeReplace> | z.infer<typeof nodePatch>
export type ErrorResult = z.infer<typeof error>
export type ErrorBody = z.infer<typeof errorBody>
export type DoctorResult = z.infer<typeof doctor>
export type ExplainResult = z.infer<typeof explain>
export type ToolsResult = z.infer<typeof tools>
export type InitResult = z.infer<typeof init>
export type RenderResult = z.infer<typeof render>
export type KubeconfigResult = z.infer<typeof kubeconfig>
export type BackendInitResult = z.infer<typeof backendInit>
export type DestroyResult = z.infer<typeof destroy>
export type BindResult = z.infer<typeof bind>
export type LabUpResult = z.infer<typeof labUp>
export type LabDownResult = z.infer<typeof labDown>
export type LabListResult = z.infer<typeof labList>
export type LabStatusResult = z.infer<typeof labStatus>
export type LabFact = z.infer<typeof lab>
export type FixAction = z.infer<typeof fixStep>
