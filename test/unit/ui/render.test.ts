import {stripVTControlCharacters} from 'node:util'
import {describe, expect, test} from 'vitest'
import type {Look} from '../../../src/ui/io.ts'
import {renderDoctor, renderTools} from '../../../src/ui/render-doctor.ts'
import {renderError} from '../../../src/ui/render-error.ts'
import {renderExplain} from '../../../src/ui/render-explain.ts'
import {renderInit, renderKubeconfig, renderRender} from '../../../src/ui/render-files.ts'
import {renderLabDown, renderLabList, renderLabStatus, renderLabUp} from '../../../src/ui/render-lab.ts'
import {renderPlan} from '../../../src/ui/render-plan.ts'
import {renderRun} from '../../../src/ui/render-run.ts'
import {renderHistory, renderStatus} from '../../../src/ui/render-status.ts'
import {renderVerify} from '../../../src/ui/render-verify.ts'
import type {LabFact} from '../../../src/ui/results.ts'
import {width} from '../../../src/ui/text.ts'
import {DOCTOR, ERROR, EXPLAIN, HISTORY, PLAN, STATUS, TOOLS, UP, VERIFY, WIDTHS, WORDS, plainLook} from './samples.ts'

process.env['TZ'] = 'UTC'

const LAB: LabFact = {
  name: 'acme-dev',
  state: 'degraded',
  kubernetesVersion: 'v1.35.4',
  server: 'https://127.0.0.1:32771',
  kubeconfig: "/home/anna o'neil/.local/state/kp/labs/acme-dev/kp.kubeconfig",
  deadComponents: ['kwok-controller'],
  services: [
    {name: 'metrics-server', running: true, address: '127.0.0.1:18443'},
    {name: 'prometheus', running: false, address: '127.0.0.1:19090'},
  ],
  owner: '/home/anna/acme',
  createdAt: '2026-11-21T12:00:00Z',
}

const FACES: Record<string, (look: Look) => string> = {
  plan: (look) => renderPlan(PLAN, look, WORDS),
  verify: (look) => renderVerify(VERIFY, look, WORDS),
  error: (look) => renderError(ERROR, look, WORDS),
  up: (look) => renderRun(UP, look, WORDS),
  'up-failed': (look) => renderRun({...UP, result: 'failed', phases: [{...UP.phases[0]!, state: 'failed'}, {...UP.phases[1]!, state: 'blocked', steps: []}]}, look, WORDS),
  'up-dry-run': (look) => renderRun({...UP, dryRun: true, commands: PLAN.steps.flatMap(({commands}) => commands)}, look, WORDS),
  status: (look) => renderStatus(STATUS, look),
  history: (look) => renderHistory(HISTORY, look),
  'history-of-several': (look) => renderHistory({...HISTORY, runs: HISTORY.runs.map((run, index) => ({...run, by: index === 0 ? 'anna@host7' : 'berta@host8'}))}, look),
  'plan-notes': (look) => renderPlan({...PLAN, notes: [{text: 'phases.monitoring.enabled is false, and kube-prometheus-stack still stands: nothing is removed by itself', next: ['kp step monitoring --remove']}]}, look, WORDS),
  doctor: (look) => renderDoctor(DOCTOR, look),
  tools: (look) => renderTools(TOOLS, look),
  'explain-phase': (look) => renderExplain(EXPLAIN, look),
  'explain-pitfall': (look) => {
    const {code, title, cause, fix, confirmBy} = WORDS.pitfall!('KP0503')!
    return renderExplain({schema: 'kp/explain/v1', kind: 'pitfall', id: code, title, phase: 'cert-manager', cause, fix, confirmBy, source: 'twenty phases, 5'}, look)
  },
  'lab-list': (look) => renderLabList({schema: 'kp/lab-list/v1', labs: [LAB, {...LAB, name: 'try', state: 'running', owner: null}]}, look),
  'lab-status': (look) => renderLabStatus({schema: 'kp/lab-status/v1', lab: LAB}, look),
  'lab-up': (look) => renderLabUp({schema: 'kp/lab-up/v1', result: 'ok', created: true, repaired: false, durationMs: 3400, lab: {...LAB, state: 'running', deadComponents: []}}, look),
  'lab-up-repaired': (look) => renderLabUp({schema: 'kp/lab-up/v1', result: 'ok', created: false, repaired: true, durationMs: 3400, lab: {...LAB, state: 'running', deadComponents: []}}, look),
  init: (look) =>
    renderInit(
      {schema: 'kp/init/v1', name: 'acme', provider: 'lab', environments: ['lab'], cost: {class: 'none', low: 0, high: 0, monthly: 0}, directory: '/home/anna/acme', written: ['kp.yaml', 'README.md'], unchanged: 0, removed: [], next: ['cd /home/anna/acme', 'kp up']},
      look,
    ),
  render: (look) =>
    renderRender(
      {schema: 'kp/render/v1', directory: '/home/anna/acme', written: ['gitops/app.yaml'], unchanged: 12, removed: ['old.yaml'], refused: [{path: 'gitops/root.yaml', reason: 'it was edited by hand', diff: ['-a: 1', '+a: 2']}]},
      look,
    ),
}

describe.each(WIDTHS)('at %i columns', (columns) => {
  test.each(Object.keys(FACES))('%s', async (name) => {
    const text = FACES[name]!(plainLook(columns))
    await expect(`${text}\n`).toMatchFileSnapshot(`./snapshots/${name}-${columns}.txt`)
  })

  test.each(Object.keys(FACES))('%s fits, except for single words that cannot be broken in a command', (name) => {
    for (const line of FACES[name]!(plainLook(columns)).split('\n')) {
      const isOneWord = line.trim().replace(/ \\$/, '').split(/\s+/).length <= 2
      if (!isOneWord) expect(width(line), line).toBeLessThanOrEqual(columns)
    }
  })
})

test.each(Object.keys(FACES))('%s says the same with and without colour', (name) => {
  const plain = FACES[name]!(plainLook(80))
  const coloured = FACES[name]!({columns: 80, colour: true, unicode: true})
  expect(stripVTControlCharacters(coloured)).toBe(plain)
  expect(plain).not.toMatch(/(?!\n)\p{Cc}/u)
})

test('a plan without changes says so', () => {
  const satisfied = PLAN.steps.filter(({state}) => state === 'satisfied')
  const empty = {...PLAN, steps: satisfied, summary: {satisfied: 1, absent: 0, drifted: 0, unknown: 0}}
  expect(renderPlan(empty, plainLook(80))).toContain('Nothing to do: everything is as planned (1 step).')
})

test('an empty verify does not claim health', () => {
  const empty = {...VERIFY, checks: [], summary: {pass: 0, simulated: 0, warn: 0, fail: 0, skip: 0, unknown: 0}}
  expect(renderVerify(empty, plainLook(80))).toContain('No check was selected.')
})

test('an error that is not safe to repeat says so, and one of usage says nothing about it', () => {
  expect(renderError({...ERROR, retrySafe: false}, plainLook(80))).toContain('Do not run the same command again')
  expect(renderError({...ERROR, code: 'USAGE', exit: 2}, plainLook(80))).not.toContain('same command again is')
})

test('kubeconfig is a path, or a line for a shell', () => {
  const result = {schema: 'kp/kubeconfig/v1', environment: 'dev', cluster: 'acme-dev', path: "/tmp/it's here"} as const
  expect(renderKubeconfig(result, {exported: false})).toBe("/tmp/it's here")
  expect(renderKubeconfig(result, {exported: true})).toBe(`export KUBECONFIG='/tmp/it'\\''s here'`)
})

test('lab down names what is gone and what was not there', () => {
  const look = plainLook(80)
  expect(renderLabDown({schema: 'kp/lab-down/v1', removed: ['a'], absent: ['b']}, look)).toBe('The lab a is gone: no process and no file of it is left.\nThere was no lab b.')
  expect(renderLabDown({schema: 'kp/lab-down/v1', removed: [], absent: []}, look)).toBe('There is no lab.')
})
