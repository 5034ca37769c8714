/** The pitfalls of phases 0 to 7, held against what tools and clusters really say. */
import {existsSync, readdirSync, readFileSync} from 'node:fs'
import {join} from 'node:path'
import {describe, expect, test} from 'vitest'
import {matchPitfalls} from '../../../src/engine/diagnosis.ts'
import type {Evidence} from '../../../src/engine/diagnosis.ts'
import type {Pitfall, PitfallMatch} from '../../../src/engine/types.ts'
import {phases} from '../../../src/steps/index.ts'
import {readCaptures, readEvidence} from '../../helpers/pitfall-fixtures.ts'

const ROOT = join(import.meta.dirname, '..', '..', '..')
const FIXTURES = join(ROOT, 'test', 'fixtures', 'pitfalls')
const RUNBOOKS = join(ROOT, 'templates', 'runbooks')

const PHASES = phases.map((phase) => ({about: phase, pitfalls: phase.pitfalls}))
const ALL = PHASES.flatMap((phase) => phase.pitfalls)

/** Ids of the checks of all phases: `fix, then look` is only a promise where the check exists. */
const CHECKS = new Set(phases.flatMap((phase) => phase.checks.map(({id}) => id)))

/** What kp can do today: a fix names no other command. */
const KP_COMMANDS = new Set(readdirSync(join(ROOT, 'src', 'commands')).map((name) => name.replace(/\.ts$/, '')))
const TOOLS = /^(?:kp|kubectl|helm|aws|terraform|git|npm|node|sudo|export|eval|echo|df|ls|stat|grep|date|curl|dig|openssl|etcdctl|etcdutl|argocd|flux|ssh-keyscan|ssh-keygen|cat|kubeseal|sops) /

/** Whether a part of the match is more than "this check fails": such parts are held against captures. */
function readsText(match: PitfallMatch): boolean {
  return Object.keys(match).some((key) => key !== 'check')
}

const captures = ALL.flatMap((pitfall) => readCaptures(FIXTURES, pitfall.code).map((capture) => ({code: pitfall.code, name: `${pitfall.code}: ${capture.source}`, evidence: capture.evidence})))
const seen = ALL.flatMap((pitfall) => readEvidence(FIXTURES, pitfall.code).map((item, index) => ({code: pitfall.code, name: `${pitfall.code}: ${index + 1}. ${item.source}`, evidence: item.evidence})))

describe('every pitfall', () => {
  test('has a code of its phase, used once', () => {
    expect(new Set(ALL.map((pitfall) => pitfall.code)).size).toBe(ALL.length)
    for (const {about, pitfalls} of PHASES) {
      for (const {code} of pitfalls) expect(code).toMatch(new RegExp(`^KP${String(about.number).padStart(2, '0')}\\d\\d$`))
    }
  })

  test('the items are numbered without a gap', () => {
    for (const {about, pitfalls} of PHASES) {
      const items = pitfalls.map((pitfall) => Number(pitfall.code.slice(4))).toSorted((a, b) => a - b)
      expect(items, about.id).toEqual(items.map((_, index) => index + 1))
    }
  })

  test.each(ALL)('$code $title', (pitfall) => {
    expect(pitfall.match.length).toBeGreaterThan(0)
    expect(pitfall.match.every((match) => Object.keys(match).length > 0)).toBe(true)
    expect(pitfall.fix.length).toBeGreaterThan(0)
    expect(pitfall.fix.some((step) => step.command !== undefined)).toBe(true)
    expect(CHECKS).toContain(pitfall.confirmBy)
    for (const match of pitfall.match) if (match.check !== undefined) expect(CHECKS).toContain(match.check)
    for (const text of [pitfall.title, pitfall.symptom, pitfall.cause, pitfall.source, ...pitfall.fix.map((step) => step.text)]) {
      expect(text.trim()).toBe(text)
      expect(text).not.toBe('')
      expect(text.length).toBeLessThanOrEqual(260)
    }
    expect(pitfall.title.length).toBeLessThanOrEqual(70)
    expect(pitfall.title).not.toMatch(/[.!?]$/)
    for (const text of [pitfall.symptom, pitfall.cause]) expect(text).toMatch(/[.)]$/)
  })

  test.each(ALL)('$code has commands that can be copied', (pitfall) => {
    for (const {command} of pitfall.fix) {
      if (command === undefined) continue
      expect(command).toMatch(TOOLS)
      expect(command).not.toContain('\n')
      expect(command.split('<').length).toBe(command.split('>').length + (command.match(/<\/dev\/null/g)?.length ?? 0))
      if (command.startsWith('kp ')) expect(KP_COMMANDS).toContain(command.split(' ')[1])
    }
  })

  test('no two have the same symptom, cause or fix', () => {
    for (const text of [(one: Pitfall) => one.symptom, (one: Pitfall) => one.cause, (one: Pitfall) => JSON.stringify(one.fix), (one: Pitfall) => one.title]) {
      expect(new Set(ALL.map(text)).size).toBe(ALL.length)
    }
  })

  test('patterns keep no state between two uses', () => {
    for (const {match} of ALL) {
      for (const one of match) for (const pattern of [one.output, one.condition?.reason, one.condition?.message, one.event?.message]) expect(pattern?.flags ?? '').not.toMatch(/[gy]/)
    }
  })

  test('a runbook that is named exists, and each runbook is named', () => {
    const named = new Set(ALL.flatMap((pitfall) => pitfall.runbook ?? []))
    for (const name of named) expect(existsSync(join(RUNBOOKS, name)), name).toBe(true)
    expect([...named]).toEqual(expect.arrayContaining(readdirSync(RUNBOOKS).filter((name) => FIRST_RUNBOOKS.includes(name))))
  })

  test.each(readdirSync(RUNBOOKS))('runbook %s names exactly the failures that lead to it', (name) => {
    const listed = /^Known failures: ((?:KP\d{4}(?: to\s+KP\d{4})?,?\s*)+)\./m.exec(readFileSync(join(RUNBOOKS, name), 'utf8'))?.[1] ?? ''
    const codes = [...listed.matchAll(/KP(\d{4})(?:\s+to\s+KP(\d{4}))?/g)].flatMap(([, first, last = first]) => Array.from({length: Number(last) - Number(first) + 1}, (_, index) => `KP${String(Number(first) + index).padStart(4, '0')}`))
    expect(codes).toEqual(ALL.filter(({runbook}) => runbook === name).map(({code}) => code).toSorted())
  })
})

const FIRST_RUNBOOKS = ['api-unreachable.md', 'node-not-ready.md', 'dns-broken.md', 'certificate-not-ready.md', 'gateway-not-programmed.md', 'release-stuck.md', 'prometheus-unwell.md', 'alerts-not-arriving.md']

describe('captured output', () => {
  test('every fixture belongs to a pitfall', () => {
    const codes = new Set(ALL.map((pitfall) => pitfall.code))
    for (const file of readdirSync(FIXTURES)) {
      const code = file.replace(/\.(?:txt|json)$/, '')
      expect(codes, file).toContain(code)
    }
  })

  test.each([...captures, ...seen])('$name', ({code, evidence}) => {
    expect(matchPitfalls(ALL, evidence)[0]?.code).toBe(code)
  })

  test.each(ALL)('$code: every pattern has a capture that triggers it', (pitfall) => {
    const own = [...captures, ...seen].filter((one) => one.code === pitfall.code).map((one) => one.evidence)
    for (const match of pitfall.match.filter(readsText)) {
      const triggered = own.some((evidence: Evidence) => matchPitfalls([{...pitfall, match: [match]}], evidence).length > 0)
      expect(triggered, describeMatch(match)).toBe(true)
    }
  })

  test('a capture says where it comes from and names no machine', () => {
    for (const file of readdirSync(FIXTURES)) {
      const text = readFileSync(join(FIXTURES, file), 'utf8')
      if (file.endsWith('.txt')) expect(text, file).toMatch(/^# (?:documented: [\w.-]+: \S|[\w.-]+ \d[\w.]*(?: \(exit \d+\))?: \S)/)
      expect(text, file).not.toMatch(/\/(?:root|home|tmp|work)\//)
    }
  })
})

describe('failing checks', () => {
  const explained = new Set(ALL.flatMap((pitfall) => pitfall.match.flatMap((match) => match.check ?? [])))

  test.each([...explained])('%s is explained by a pitfall that it confirms or that names it', (check) => {
    const [first] = matchPitfalls(ALL, {checks: [check]})
    expect(first).toBeDefined()
    expect(first?.match.some((match) => match.check === check)).toBe(true)
  })

  test('what the check saw tells two pitfalls of one check apart', () => {
    const two = {checks: [{id: 'node-pools.default-storage-class', observed: '2 are: gp2, gp3'}]}
    const none = {checks: [{id: 'node-pools.default-storage-class', observed: 'no StorageClass is the default'}]}
    expect(matchPitfalls(ALL, two)[0]?.code).toBe('KP0305')
    expect(matchPitfalls(ALL, none)[0]?.code).toBe('KP0304')
  })
})

describe('whole incidents: the cause comes first', () => {
  test('a load balancer that is refused', () => {
    const found = matchPitfalls(ALL, {
      checks: ['ingress.address', 'ingress.gateway-programmed', 'ingress.demo-ready'],
      conditions: [{kind: 'Gateway', type: 'Programmed', status: 'False', reason: 'AddressNotAssigned', message: 'No addresses have been assigned to the Gateway'}],
      events: [{reason: 'EnsuringLoadBalancer', message: 'Ensuring load balancer'}, {reason: 'SyncLoadBalancerFailed', message: 'Error syncing load balancer: quota exceeded'}],
    })
    expect(found[0]?.code).toBe('KP0601')
    expect(found.map((one) => one.code)).toContain('KP0604')
  })

  test('a node that is cut off', () => {
    const found = matchPitfalls(ALL, {
      checks: ['node-pools.ready', 'node-pools.pressure', 'cni.agent-ready'],
      conditions: [{kind: 'Node', type: 'Ready', status: 'Unknown', reason: 'NodeStatusUnknown', message: 'Kubelet stopped posting node status.'}],
      events: [{reason: 'NodeNotReady', message: 'Node n3 status is now: NodeNotReady'}, {reason: 'TaintManagerEviction', message: 'Marking for deletion Pod demo/demo-1'}],
    })
    expect(found[0]?.code).toBe('KP0303')
  })

  test('a node without network agent is not just a node that is not ready', () => {
    const found = matchPitfalls(ALL, {
      checks: ['node-pools.ready'],
      conditions: [{kind: 'Node', type: 'Ready', status: 'False', reason: 'KubeletNotReady', message: 'container runtime network not ready: NetworkReady=false reason:NetworkPluginNotReady message:Network plugin returns error: cni plugin not initialized'}],
    })
    expect(found.map((one) => one.code).slice(0, 2)).toEqual(['KP0403', 'KP0303'])
  })

  test('pods that wait for an image behind a release that does not become ready', () => {
    const found = matchPitfalls(ALL, {
      tool: 'helm',
      exitCode: 1,
      output: 'Error: resource Deployment/cert-manager/cert-manager not ready. status: InProgress, message: Available: 0/2\ncontext deadline exceeded',
      events: [{reason: 'Failed', message: 'Failed to pull image "quay.io/jetstack/cert-manager-controller:v1.21.1": failed to do request: Head "https://quay.io/v2/": dial tcp 34.224.196.162:443: i/o timeout'}],
      containers: [{reason: 'ImagePullBackOff'}],
    })
    expect(found.map((one) => one.code)).toEqual(expect.arrayContaining(['KP0101', 'KP0410']))
    expect(found[0]?.code).toBe('KP0101')
  })

  test('an issuer without its Secret, and the certificates that wait for it', () => {
    const found = matchPitfalls(ALL, {
      checks: ['cert-manager.issuer-ready', 'cert-manager.certificates', 'cert-manager.probe-certificate', 'ingress.demo-tls'],
      conditions: [
        {kind: 'Certificate', type: 'Ready', status: 'False', reason: 'DoesNotExist', message: 'Issuing certificate as Secret does not exist'},
        {kind: 'ClusterIssuer', type: 'Ready', status: 'False', reason: 'ErrGetKeyPair', message: 'Error getting keypair for CA issuer: secrets "kp-internal-ca" not found'},
      ],
    })
    expect(found[0]?.code).toBe('KP0505')
  })
})

describe('what a phase says of itself', () => {
  test.each(PHASES)('$about.number $about.title', ({about}) => {
    for (const text of [about.what, about.why, ...about.how]) {
      expect(text.trim()).toBe(text)
      expect(text).toMatch(/[.)]$/)
    }
    expect(about.how.some((text) => text.startsWith('Verify: ') && text.includes('`kp '))).toBe(true)
    expect(about.how.length).toBeGreaterThanOrEqual(4)
  })

  test('in the order of the twenty phases', () => {
    const numbers = PHASES.map(({about}) => about.number)
    expect(numbers).toEqual([...new Set(numbers)].toSorted((a, b) => a - b))
    expect(PHASES.slice(0, 7).map(({about}) => about.id)).toEqual(['prerequisites', 'networking', 'control-plane', 'node-pools', 'cni', 'cert-manager', 'ingress'])
  })
})

function describeMatch(match: PitfallMatch): string {
  return JSON.stringify(match, (_key, value: unknown) => (value instanceof RegExp ? String(value) : value))
}
