/** A report as data, for the tests of its page: a run that failed, checks of each status, names that try to be HTML. */
import type {ReportResult} from '../../src/ui/results.ts'
import type {ReportWords} from '../../src/ui/render-report.ts'
import {phases} from '../../src/steps/index.ts'

const EVIL = '<script>alert(1)</script>"&\u202e'

/** One check of each status, and one that is set aside. */
const checks = (['pass', 'warn', 'fail', 'skip', 'unknown', 'fail'] as const).map((status, index): NonNullable<ReportResult['checks']>['checks'][number] => ({
  id: `control-plane.sample-${index}`, phase: 'control-plane', title: `What is said ${index} ${EVIL}`, severity: 'error', status, simulated: index === 0, ...(index === 0 ? {simulatedBy: 'the lab answers'} : {}),
  observed: `seen ${index} ${EVIL}`, expected: 'something else', evidence: ['one', 'two'], pitfalls: status === 'fail' ? ['KP0203'] : [], durationMs: 5, ...(index === 5 ? {ignored: {reason: 'known', until: '2027-01-31'}} : {}),
}))

/** A report. */
export function reportSample(more: Partial<ReportResult> = {}): ReportResult {
  return {
    schema: 'kp/report/v1', platform: `acme ${EVIL}`, environment: 'lab', cluster: 'acme', provider: 'lab', generatedAt: '2026-11-28T12:00:00.000Z', file: null,
    run: {run: '20261128T115000Z-0001', command: 'kp up', by: 'ops@host', startedAt: '2026-11-28T11:50:00Z', finishedAt: '2026-11-28T11:52:00Z', durationMs: 120_000, result: 'failed', error: `it broke ${EVIL}`},
    timeline: [{id: 'cni', title: `Pod network ${EVIL}`, startMs: 0, durationMs: 90_000, result: 'done', steps: [{id: 'cni/release', title: 'Install Cilium', startMs: 1000, durationMs: 60_000, result: 'done'}]}, {id: 'ingress', title: 'Ingress', startMs: 90_000, durationMs: 30_000, result: 'failed', steps: []}],
    checks: {schema: 'kp/verify/v1', environment: 'lab', cluster: {name: 'acme', uid: null, version: 'v1.35.4', simulated: true}, summary: {pass: 1, simulated: 1, warn: 1, fail: 1, skip: 1, unknown: 1}, checks},
    checksFrom: 'now', pitfalls: ['KP0203', 'KP9999'],
    topology: {schema: 'kp/topology/v1', environment: 'lab', cluster: 'acme', provider: 'lab', source: 'cluster', reason: null, simulated: true, kubernetes: 'v1.35.4', network: {nodes: '10.20.0.0/16', pods: null, services: null, endpoint: null, nat: null}, zones: ['a', 'b', 'c'].map((name) => ({name, private: null, public: null, pools: []})), pools: [], loadBalancers: []},
    versions: {kp: '0.1.0', kubernetes: null, tools: [{name: 'helm', version: '4.3.1'}, {name: 'kubectl', version: null}], components: [{id: 'cilium', title: 'Cilium', phase: 'cni', chart: 'cilium', version: '1.20.0'}, {id: 'long', title: 'Prometheus, Alertmanager and Grafana', phase: 'monitoring', chart: 'kube-prometheus-stack', version: '88.5.3'}]},
    cost: {class: 'none', low: 0, high: 0, monthly: 0, drivers: []},
    ...more,
  }
}

const pitfalls = new Map(phases.flatMap((phase) => phase.pitfalls.map((pitfall) => [pitfall.code, pitfall])))

/** The words of the real phases. */
export const reportWords: ReportWords = {pitfall: (code) => pitfalls.get(code), phaseTitle: (id) => phases.find((phase) => phase.id === id)?.title ?? id, cost: ['Class none: everything runs on this machine.']}
