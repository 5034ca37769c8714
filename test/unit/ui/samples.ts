/** Values that the tests of the renderers share. */
import type {Event, EventCode} from '../../../src/engine/events.ts'
import type {Pitfall} from '../../../src/engine/types.ts'
import type {Look, Output, Terminal} from '../../../src/ui/io.ts'
import type {Words} from '../../../src/ui/render-common.ts'
import type {DoctorResult, ErrorBody, ExplainResult, HistoryResult, PlanResult, StatusResult, ToolsResult, UpResult, VerifyResult} from '../../../src/ui/results.ts'

export const WIDTHS = [80, 40]

/** A look without colour. */
export function plainLook(columns: number, unicode = true): Look {
  return {columns, colour: false, unicode}
}

/** An output that keeps what is written. */
export function memory(options: Partial<Output> = {}): Output & {text(): string} {
  let kept = ''
  return {...options, write: (text: string) => ((kept += text), true), text: () => kept}
}

/** A terminal that keeps what is written. */
export function memoryTerminal(options: {columns?: number; rows?: number; isTTY?: boolean} = {}): Terminal & {stdout: ReturnType<typeof memory>} {
  const {columns = 80, rows = 24, isTTY = true} = options
  return {...plainLook(columns), stdout: memory({columns, rows, isTTY}), stderr: memory(), isTTY, interactive: isTTY, onExit: () => () => undefined}
}

/** An event so many seconds after 12:00:00 UTC. */
export function eventAt(seconds: number, code: EventCode, rest: Partial<Event> = {}): Event {
  return {code, time: new Date(Date.UTC(2026, 10, 21, 12, 0, seconds)).toISOString(), ...rest}
}

const PITFALL: Pitfall = {
  code: 'KP0503',
  title: 'The HTTP-01 challenge cannot be reached from outside',
  symptom: 'A Certificate stays not ready and its Challenge says that the host answers 404.',
  cause: 'The name does not point at the load balancer yet, or a firewall keeps port 80 closed.',
  match: [{check: 'cert-manager.probe-certificate'}],
  fix: [
    {text: 'Look where the name points, and what the challenge says', command: 'kubectl get challenges --all-namespaces -o wide'},
    {text: 'Open port 80 to the load balancer, or use a DNS-01 issuer in kp.yaml'},
    {text: 'Then look again', command: "kubectl annotate certificate -n kp-system probe 'cert-manager.io/issue-temporary-certificate=true' --overwrite"},
  ],
  confirmBy: 'cert-manager.probe-certificate',
  source: 'twenty phases, 5',
}

export const WORDS: Words = {
  pitfall: (code) => (code === PITFALL.code ? PITFALL : undefined),
  phaseTitle: (id) => ({'cert-manager': 'Certificates (cert-manager)', ingress: 'Ingress and Gateway API'})[id] ?? id,
}

const check = {severity: 'error', simulated: false, expected: null, evidence: [], pitfalls: [], durationMs: 120} as const

export const VERIFY: VerifyResult = {
  schema: 'kp/verify/v1',
  environment: 'dev',
  cluster: {name: 'acme-dev', uid: 'c0ffee', version: 'v1.35.4', simulated: true},
  summary: {pass: 2, simulated: 1, warn: 1, fail: 1, skip: 1, unknown: 1},
  checks: [
    {...check, id: 'cert-manager.ready', phase: 'cert-manager', title: 'The controllers of cert-manager are ready', status: 'pass', simulated: true, observed: '3 of 3', evidence: [], pitfalls: []},
    {
      ...check,
      id: 'cert-manager.probe-certificate',
      phase: 'cert-manager',
      title: 'A certificate can be issued: the probe certificate is ready',
      status: 'fail',
      observed: 'Certificate kp-system/probe is not ready: the challenge for probe.example.com answers 404 & <nothing> "else"',
      expected: 'Ready=True within 60 seconds',
      evidence: ['Challenge kp-system/probe-1: wrong status code 404, expected 200', 'kubectl describe challenge -n kp-system probe-1'],
      pitfalls: ['KP0503', 'KP0599'],
      durationMs: 60_250,
    },
    {...check, id: 'ingress.address', phase: 'ingress', title: 'The Gateway has an address', status: 'pass', observed: '10.0.0.1', evidence: [], pitfalls: []},
    {...check, id: 'ingress.routes', phase: 'ingress', title: 'All routes are accepted', severity: 'warning', status: 'warn', observed: 'HTTPRoute demo/日本語 has no parent 🎉', evidence: [], pitfalls: []},
    {...check, id: 'ingress.demo-tls', phase: 'ingress', title: 'The demo application answers over TLS', status: 'skip', observed: 'simulated nodes', evidence: [], pitfalls: []},
    {...check, id: 'ingress.controller-ready', phase: 'ingress', title: 'The controller is ready', status: 'unknown', observed: 'the list of Deployments was refused (403)', evidence: [], pitfalls: []},
    {
      ...check,
      id: 'ingress.gateway-class',
      phase: 'ingress',
      title: 'The GatewayClass is accepted',
      status: 'fail',
      observed: 'not accepted',
      evidence: [],
      pitfalls: [],
      ignored: {reason: 'waits for the vendor | ticket 12', until: '2026-12-31'},
    },
  ],
}

export const PLAN: PlanResult = {
  schema: 'kp/plan/v1',
  environment: 'dev',
  cluster: 'acme-dev',
  digest: 'abc',
  steps: [
    {
      id: 'cert-manager/release',
      phase: 'cert-manager',
      title: 'Install cert-manager',
      state: 'absent',
      risk: 'none',
      observed: 'there is no release cert-manager in namespace cert-manager',
      differences: [],
      changes: ['install the chart cert-manager v1.21.1 as release cert-manager'],
      commands: ['helm upgrade --install cert-manager cert-manager --namespace cert-manager --version v1.21.1 --values - --wait --timeout 5m'],
      estimateMs: 42_000,
    },
    {
      id: 'cert-manager/issuers',
      phase: 'cert-manager',
      title: 'Apply the issuers',
      state: 'drifted',
      risk: 'disruptive',
      observed: '2 of 5 objects differ',
      differences: [
        {object: 'ClusterIssuer internal-ca', field: 'spec.ca.secretName', wanted: 'internal-ca', seen: 'other'},
        {object: 'Certificate cert-manager/internal-ca-with-a-long-name', field: 'spec.issuerRef.name', wanted: 'self-signed'},
        {object: 'ClusterIssuer self-signed'},
      ],
      changes: ['apply 2 objects'],
      commands: ['kubectl apply --server-side --field-manager=kp -f -'],
      estimateMs: 3000,
    },
    {id: 'ingress/gateway', phase: 'ingress', title: 'Apply the Gateway', state: 'unknown', risk: 'none', observed: 'the API server did not answer within 10 seconds', differences: [], changes: [], commands: []},
    {id: 'ingress/crds', phase: 'ingress', title: 'Install the CRDs', state: 'satisfied', risk: 'none', observed: 'all there', differences: [], changes: [], commands: []},
  ],
  skipped: [{id: 'ingress/dns', phase: 'ingress', reason: 'no domain'}],
  summary: {satisfied: 1, absent: 1, drifted: 1, unknown: 1},
  estimateMs: 45_000,
  monthlyCost: {amount: 412.5, currency: 'USD', basis: '3 nodes and a load balancer'},
}

export const ERROR: ErrorBody = {
  code: 'TOOL_FAILED',
  exit: 5,
  message: 'helm ended with exit code 1',
  doing: 'install cert-manager',
  tool: {
    name: 'helm',
    command: 'helm upgrade --install cert-manager cert-manager --namespace cert-manager --version v1.21.1 --wait',
    exitCode: 1,
    output: 'Error: INSTALLATION FAILED: failed calling webhook "webhook.cert-manager.io": context deadline exceeded\n\u001b[31mtoo late\u001b[0m',
  },
  details: ['release cert-manager, revision 3'],
  pitfalls: ['KP0503', 'KP0599'],
  next: ['kp explain KP0503', 'look at the pods of the webhook, then run the same command again'],
  retrySafe: true,
}

export const UP: UpResult = {
  schema: 'kp/up/v1',
  environment: 'dev',
  cluster: 'acme-dev',
  run: '20261121T081500Z-3f9a',
  dryRun: false,
  result: 'ok',
  durationMs: 182_000,
  phases: [
    {
      id: 'cert-manager',
      state: 'done',
      startedAt: '2026-11-21T12:00:00.000Z',
      finishedAt: '2026-11-21T12:03:00.000Z',
      steps: [
        {id: 'cert-manager/release', result: 'applied', attempts: 1, durationMs: 4000},
        {id: 'cert-manager/issuers', result: 'satisfied', attempts: 0, durationMs: 100},
        {id: 'cert-manager/dns', result: 'skipped', attempts: 0, durationMs: 0},
      ],
    },
    {id: 'ingress', state: 'done', startedAt: null, finishedAt: null, steps: [{id: 'ingress/crds', result: 'applied', attempts: 2, durationMs: 900}]},
  ],
}

export const STATUS: StatusResult = {
  schema: 'kp/status/v1',
  environment: 'dev',
  cluster: 'acme-dev',
  phases: [
    {id: 'prerequisites', number: 0, title: 'Prerequisites', state: 'done', reason: null, lastRun: {run: 'r1', at: '2026-11-21T12:00:00Z', result: 'done'}},
    {id: 'cert-manager', number: 5, title: 'Certificates', state: 'failed', reason: null, lastRun: {run: 'r1', at: '2026-11-21T12:00:00Z', result: 'failed'}},
    {id: 'ingress', number: 6, title: 'Ingress', state: 'pending', reason: 'there is no lab acme-dev yet', lastRun: null},
    {id: 'mesh', number: 10, title: 'Mesh', state: 'skipped', reason: 'disabled in kp.yaml', lastRun: null},
  ],
  lastBuild: {by: 'anna@host7', at: '2026-11-21T08:20:00.000Z', command: 'kp up', run: '20261121T081500Z-3f9a', here: false},
  next: 'kp up',
}

export const HISTORY: HistoryResult = {
  schema: 'kp/history/v1',
  runs: [
    {run: '20261121T081500Z-3f9a', command: 'up', environment: 'dev', by: 'anna@host7', startedAt: '2026-11-21T08:15:00Z', finishedAt: '2026-11-21T08:18:02Z', durationMs: 182_000, result: 'failed', error: 'helm ended with exit code 1', phases: []},
    {run: '20261120T101500Z-11ab', command: 'step cert-manager', environment: 'dev', by: null, startedAt: '2026-11-20T10:15:00Z', finishedAt: null, durationMs: null, result: 'killed', error: null, phases: []},
  ],
}

export const DOCTOR: DoctorResult = {
  schema: 'kp/doctor/v1',
  environment: 'dev',
  summary: {pass: 1, warn: 1, fail: 1, skip: 0, unknown: 0},
  checks: [
    {id: 'tools.helm', area: 'tools', title: 'helm', severity: 'error', status: 'pass', observed: '4.3.1 in /opt/tools/helm', expected: null, fix: [], pitfalls: []},
    {
      id: 'tools.kubectl',
      area: 'tools',
      title: 'kubectl is within one minor of the cluster',
      severity: 'error',
      status: 'fail',
      observed: '1.32.2 on the PATH, the cluster is 1.35',
      expected: '1.34 to 1.36',
      fix: [{text: "Install kp's own", command: 'kp tools install kubectl'}],
      pitfalls: ['KP0003'],
    },
    {id: 'machine.disk', area: 'machine', title: 'There is room on the disk', severity: 'warning', status: 'warn', observed: '3 GB left', expected: '5 GB', fix: [], pitfalls: []},
  ],
}

export const EXPLAIN: ExplainResult = {
  schema: 'kp/explain/v1',
  kind: 'phase',
  id: 'cert-manager',
  title: 'Certificates',
  phase: 'cert-manager',
  number: 5,
  what: 'Certificates for everything that answers over TLS, issued and renewed without a person.',
  why: 'A certificate that somebody has to remember is one that expires on a Sunday.',
  how: ['cert-manager is installed as a helm release with its CRDs and with Gateway API support switched on.', 'An internal CA is made; ACME issuers follow the ingress.'],
  dependsOn: ['cni'],
  steps: [
    {id: 'cert-manager/release', title: 'Install cert-manager', risk: 'none'},
    {id: 'cert-manager/issuers', title: 'Apply the issuers', risk: 'disruptive'},
  ],
  checks: [{id: 'cert-manager.ready', title: 'The controllers of cert-manager are ready', severity: 'error'}],
  pitfalls: [{code: 'KP0503', title: 'The HTTP-01 challenge cannot be reached from outside'}],
}

export const TOOLS: ToolsResult = {
  schema: 'kp/tools/v1',
  tools: [
    {name: 'helm', wanted: '4.3.1', state: 'ok', version: '4.3.1', path: '/home/anna/.cache/kp/tools/helm/4.3.1/helm', source: 'cache', reason: null},
    {name: 'kubectl', wanted: '1.34 to 1.36', state: 'old', version: '1.32.2', path: '/usr/bin/kubectl', source: 'path', reason: 'more than one minor from 1.35'},
    {name: 'kwok', wanted: '0.8.0', state: 'missing', version: null, path: null, source: null, reason: null},
  ],
}
