/** Results of the work on a running platform: they fit their schemas, and are right at 80 columns without colour. */
import {describe, expect, it} from 'vitest'
import {renderBackupCreate, renderBackupList, renderBackupSchedule, renderBackupVerify, renderRestore, renderRestorePlan} from '../../../src/ui/render-backup.ts'
import {renderCertsCheck, renderCertsRotate, renderRotationPlan} from '../../../src/ui/render-certs.ts'
import {renderDora} from '../../../src/ui/render-dora.ts'
import {renderLoadtest} from '../../../src/ui/render-loadtest.ts'
import {renderMigrate, renderMigratePlan} from '../../../src/ui/render-migrate.ts'
import {renderSloReport} from '../../../src/ui/render-slo.ts'
import type {BackupCreateResult, BackupListResult, BackupScheduleResult, BackupVerifyResult, CertsCheckResult, CertsRotateResult, DoraResult, LoadtestResult, MigratePlanResult, MigrateResult, RestoreResult, SloReportResult} from '../../../src/ui/results.ts'
import {RESULT_SCHEMAS} from '../../../src/ui/schemas/index.ts'
import type {ResultName} from '../../../src/ui/schemas/index.ts'
import {width} from '../../../src/ui/text.ts'

const LOOK = {columns: 80, colour: false, unicode: true}
const AT = '2026-11-28T12:00:00.000Z'
const on = {environment: 'dev', cluster: 'acme-dev'}
const facts = {name: 'platform-20261128120000', phase: 'Completed', scheduled: true, startedAt: AT, completedAt: AT, expiresAt: AT, items: 812, snapshots: {attempted: 2, completed: 2}, errors: 0, warnings: 0}
const rpo = {target: '6h', seconds: 300, ok: true}
const rto = {target: '10m', seconds: 12.4, ok: true}
const long = 'an-application-with-a-very-long-name-in-a-namespace-with-a-very-long-name-too'

const create: BackupCreateResult = {schema: 'kp/backup-create/v1', ...on, uid: 'u', backup: facts, etcd: {file: '/srv/acme/.kp/environments/dev/etcd-snapshots/0a1b2c3d-20261128T120000Z.db', takenAt: AT, keys: 1200, bytes: 9e6}, durationMs: 5000}
const list: BackupListResult = {schema: 'kp/backup-list/v1', ...on, rpo, backups: [{...facts, proof: {at: AT, ok: true, reason: null}}, {...facts, name: 'liar', proof: {at: AT, ok: false, reason: 'x'}}, {...facts, name: 'new', phase: 'PartiallyFailed', snapshots: {attempted: 2, completed: 1}, proof: null}], etcd: [{file: '/a/b.db', takenAt: AT, bytes: 9e6, proof: null}], databases: [{namespace: 'shop', name: 'postgres-dumps', schedule: '20 * * * *', lastGood: null}]}
const liar: BackupVerifyResult = {
  schema: 'kp/backup-verify/v1', ...on, kind: 'objects', at: AT, ok: false, simulated: 'the data of volumes', problems: ['2 of 812 objects are not in it', '1 of 2 volumes are not in it'], backup: facts,
  content: {expected: 812, held: 810, missing: [{kind: 'Secret', namespace: 'shop', name: 'login'}, {kind: 'ClusterRole', namespace: null, name: long}], changed: [{kind: 'ConfigMap', namespace: 'shop', name: 'settings', fields: ['data.mode']}]},
  volumes: {claims: 2, missing: [{namespace: 'shop', name: 'data', reason: 'no snapshot of its volume is in the backup'}], mounted: 1, failed: [{namespace: 'books', name: 'data', reason: 'it is Pending: its volume was not made from the snapshot'}]},
  restore: {name: 'kp-verify-x', namespaces: [{from: 'shop', to: 'kp-verify-x-shop', objects: 12}], compared: 12, lost: [{kind: 'Role', namespace: 'shop', name: 'r'}], differing: [], warnings: 1},
  marker: {ok: true, observed: `the marker of ${AT} came back`}, etcd: null, rpo, rto, cleaned: true, durationMs: 20_000,
}
const etcd: BackupVerifyResult = {...liar, kind: 'etcd', ok: true, problems: [], simulated: null, backup: null, content: null, volumes: null, restore: null, marker: null, etcd: {file: '/a/b.db', takenAt: AT, keys: 1200, revision: 5000, missing: [], surplus: []}}
const schedule: BackupScheduleResult = {schema: 'kp/backup-schedule/v1', ...on, changed: true, schedules: [{name: 'platform', cron: '0 */6 * * *', every: '6h', keptFor: '720h0m0s', namespaces: ['*'], paused: true, pausedUntil: AT, last: {name: facts.name, at: AT, phase: 'Completed'}}]}
const restored: RestoreResult = {schema: 'kp/restore/v1', ...on, dryRun: false, ok: false, problems: ['1 objects did not come back'], plan: {backup: facts.name, phase: 'Completed', takenAt: AT, namespaces: [{from: 'shop', to: 'shop'}], risk: 'destroys', adds: 1, same: 10, overwrites: [{kind: 'ConfigMap', namespace: 'shop', name: 'settings', fields: ['data.mark']}], keepsData: [{namespace: 'shop', name: 'data'}], command: 'velero restore create platform-20261128120000-abcdef --from-backup platform-20261128120000 --include-namespaces shop --existing-resource-policy update --restore-volumes=true'}, restore: {name: 'r', phase: 'Completed', warnings: 0, errors: 0, compared: 11, lost: [{kind: 'Secret', namespace: 'shop', name: 'login'}], differing: []}, rto, durationMs: 9000}
const certs: CertsCheckResult = {schema: 'kp/certs-check/v1', ...on, threshold: '30d', summary: {ok: 1, due: 1, expired: 0, unknown: 1}, certificates: [{area: 'ingress', object: `Certificate demo/${long}`, status: 'due', notAfter: AT, daysLeft: 3, renewedBy: 'cert-manager', reason: 'cert-manager was to renew it', fix: [{text: 'Let cert-manager issue it anew.', command: 'kp certs rotate demo/demo-tls'}]}, {area: 'etcd', object: 'etcd', status: 'not-applicable', notAfter: null, daysLeft: null, renewedBy: null, reason: 'the etcd of a lab listens on loopback without TLS', fix: []}, {area: 'api-server', object: 'API server', status: 'unknown', notAfter: null, daysLeft: null, renewedBy: null, reason: 'no answer within 5 seconds', fix: []}]}
const rotated: CertsRotateResult = {schema: 'kp/certs-rotate/v1', ...on, rotated: [{certificate: 'demo/demo-tls', secret: 'demo-tls', before: null, after: AT, restarted: [{kind: 'Deployment', namespace: 'demo', name: 'reader', reads: 'volume'}]}], byHand: ['API server, etcd and kubeconfigs: sudo kubeadm certs renew all'], durationMs: 4000}
const load: LoadtestResult = {schema: 'kp/loadtest/v1', ...on, simulated: 'pods do no work: their use of CPU does not follow the load', ok: false, problems: ['2 % of the requests failed: more than 1 %'], target: {url: 'https://demo.example.com/', address: '127.0.0.1:40001'}, connections: 10, rate: null, seconds: 30, requests: {sent: 9000, answered: 8820, failed: 180, errors: 0, timeouts: 0, statuses: {200: 8820}, perSecond: 294, failedPercent: 2}, latencyMs: {mean: 10.1, p50: 8, p95: 22.5, p99: 110.25, max: 312.5}, scalers: [{atMs: 0, name: 'demo/demo', replicas: 2, desired: 2, min: 2, max: 6, cpuPercent: null}], durationMs: 31_000}
const slo: SloReportResult = {schema: 'kp/slo-report/v1', ...on, at: AT, unknown: null, summary: {kept: 1, burning: 0, missed: 0, unknown: 1}, slos: [{name: 'demo-availability', objective: 99.9, window: '30d', status: 'kept', reason: null, attainment: 99.97, budgetLeftPercent: 70, budgetLeftMinutes: 30.2, eventsPerSecond: 12, exhaustedInHours: 400, burn: [{window: '5m', rate: 0.5, errorPercent: 0.05}, {window: '1h', rate: 0.4, errorPercent: 0.04}], firing: []}, {name: 'latency', objective: 99, window: '30d', status: 'unknown', reason: 'its metrics are not there: kp verify slo', attainment: null, budgetLeftPercent: null, budgetLeftMinutes: null, eventsPerSecond: null, exhaustedInHours: null, burn: [], firing: [{alert: 'SloBurn', severity: 'page'}]}]}
const dora: DoraResult = {schema: 'kp/dora/v1', ...on, since: AT, until: AT, deployments: {total: 12, perDay: 0.4, kp: 10, gitops: 2}, leadTime: null, changeFailures: {failed: 1, percent: 8.33}, timeToRestore: {medianSeconds: 840, incidents: 1}, openSince: null, unknown: ['lead time: the repository is not in Git, or Git does not know what was deployed']}
const ends = {from: 'blue', to: 'green', clusters: {from: 'acme-blue', to: 'acme-green'}}
const plan: MigratePlanResult = {schema: 'kp/migrate-plan/v1', ...ends, weights: 'records of cloudflare know no weights', namespaces: [{name: 'demo', hosts: ['demo.example.com'], weight: 10, allowed: false, gates: [{id: 'routes', status: 'pass', reason: 'every host has a route in the new cluster', fix: null}, {id: 'workloads', status: 'fail', reason: 'Deployment demo: 0 of 2 replicas are ready', fix: 'kubectl -n demo get pods, in the new cluster'}, {id: 'data', status: 'not-applicable', reason: 'it has no volumes', fix: null}]}], unfinished: {action: 'shift', namespaces: ['demo'], weight: 10, at: AT}, finished: null, simulated: 'a lab has no DNS: kp divides its own requests by the weights'}
const moved: MigrateResult = {schema: 'kp/migrate/v1', ...ends, action: 'shift', ok: false, problems: ['demo: 3 of 5 requests to the new cluster failed; it has 10 % again'], namespaces: [{name: 'demo', before: 10, after: 10, requests: {seconds: 4.2, from: {sent: 10, failed: 0}, to: {sent: 5, failed: 3}}, takenBack: true}], durationMs: 9000}

const RESULTS: [ResultName, unknown, string][] = [
  ['backup-create', create, renderBackupCreate(create, LOOK)],
  ['backup-list', list, renderBackupList(list, LOOK)],
  ['backup-verify', liar, renderBackupVerify(liar, LOOK)],
  ['backup-verify', etcd, renderBackupVerify(etcd, LOOK)],
  ['backup-schedule', schedule, renderBackupSchedule(schedule, LOOK)],
  ['restore', restored, `${renderRestorePlan(restored.plan, LOOK)}\n${renderRestore(restored, LOOK)}`],
  ['certs-check', certs, renderCertsCheck(certs, LOOK)],
  ['certs-rotate', rotated, `${renderRotationPlan([{certificate: 'demo/demo-tls', restarts: ['Deployment reader']}], LOOK)}\n${renderCertsRotate(rotated, LOOK)}`],
  ['loadtest', load, renderLoadtest(load, LOOK)],
  ['slo-report', slo, renderSloReport(slo, LOOK)],
  ['dora', dora, renderDora(dora, LOOK)],
  ['migrate-plan', plan, renderMigratePlan(plan, LOOK)],
  ['migrate', moved, renderMigrate(moved, LOOK)],
]

describe.each(RESULTS)('%s', (name, value, text) => {
  it('fits its schema', () => expect(RESULT_SCHEMAS[name].strict().parse(value)).toEqual(value))

  it('is right at 80 columns, and says nothing of undefined', () => {
    // Commands are to be copied: they are not broken.
    const wide = text.split('\n').filter((line) => width(line) > 80 && !/^\s*(?:\$ )?(?:kp|kubectl|velero) /.test(line))
    expect(wide).toEqual([])
    expect(text).not.toMatch(/undefined|NaN|\[object/)
    expect(text).not.toContain('\u001B[')
  })
})

describe('a backup that lies', () => {
  it('is told by name, whatever it says of itself', () => {
    const text = renderBackupVerify(liar, LOOK)
    for (const word of ['It says Completed.', 'Secret shop/login', 'claim shop/data', 'ConfigMap shop/settings: data.mode', 'Role shop/r']) expect(text).toContain(word)
  })
})
