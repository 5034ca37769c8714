import {X509Certificate} from 'node:crypto'
import {describe, expect, it} from 'vitest'
import {rowOf} from '../../../../src/operations/certs/check.ts'
import {readsSecret} from '../../../../src/operations/certs/consumers.ts'
import {certificatesIn, certificatesOf, firstEnd, lastEnd} from '../../../../src/operations/certs/ends.ts'
import type {CertificateFact} from '../../../../src/operations/certs/gather.ts'
import type {KubeObject} from '../../../../src/tools/kube-api.ts'
import {contextOf, NOW} from '../../../helpers/check-cases.ts'
import {CERTIFICATES} from '../../../data/certificates.ts'

const DAY = 24 * 3600_000
const ctx = await contextOf({})
const judge = (fact: Partial<CertificateFact>): ReturnType<typeof rowOf> => rowOf(ctx, {area: 'other', object: 'Secret shop/web', end: NOW + 90 * DAY, ...fact}, {now: NOW, threshold: 30 * DAY})

describe('a certificate', () => {
  it.each([
    ['far from its end', {}, 'ok'],
    ['near it, renewed by nobody', {end: NOW + 29 * DAY}, 'due'],
    ['past it', {end: NOW - 1}, 'expired'],
    ['near it, and cert-manager renews it later', {end: NOW + 20 * DAY, renewedBy: 'cert-manager', renewal: NOW + 5 * DAY}, 'ok'],
    ['far from it, and its renewal is late', {renewedBy: 'cert-manager', renewal: NOW - 2 * 3600_000}, 'due'],
    ['at its renewal, which takes a while', {end: NOW + DAY, renewedBy: 'cert-manager', renewal: NOW - 60_000}, 'ok'],
    ['past it, in spite of cert-manager', {end: NOW - DAY, renewedBy: 'cert-manager'}, 'expired'],
    ['never issued', {end: undefined, renewedBy: 'cert-manager', complaint: 'no such issuer'}, 'due'],
    ['that says nothing', {end: undefined}, 'unknown'],
    ['that is not there', {end: undefined, notApplicable: 'AWS runs it'}, 'not-applicable'],
  ])('%s', (_, fact, status) => expect(judge(fact).status).toBe(status))

  it('says what to do only where something is to be done, each by its kind', () => {
    expect(judge({}).fix).toEqual([])
    const first = (fact: Partial<CertificateFact>): string | undefined => judge({end: NOW + DAY, ...fact}).fix[0]?.command
    expect(first({object: 'Certificate shop/web', complaint: 'late'})).toBe('kp certs rotate shop/web')
    expect(first({})).toMatch(/^kubectl -n shop create secret tls web /)
    expect(first({area: 'mesh', object: 'ConfigMap linkerd/linkerd-identity-trust-roots'})).toBe('kp step mesh')
    expect(first({area: 'api-server', object: 'API server'})).toBe('sudo kubeadm certs renew all')
    expect(judge({end: NOW + DAY}).daysLeft).toBe(1)
  })
})

describe('ends', () => {
  const {long, soon} = CERTIFICATES

  it('are read from text and from what is encoded once more; rubbish has none', () => {
    const end = new X509Certificate(soon).validToDate.getTime()
    expect([firstEnd(certificatesOf(`${long}\n${soon}`)), firstEnd(certificatesIn(Buffer.from(soon).toString('base64')))]).toEqual([end, end])
    expect(lastEnd(certificatesOf(`${soon}\n${long}`))).toBe(new X509Certificate(long).validToDate.getTime())
    expect(firstEnd(certificatesIn('bm90aGluZw=='))).toBeUndefined()
    expect(certificatesOf('-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----')).toEqual([])
  })
})

describe('what reads a Secret', () => {
  const workload = (spec: object): KubeObject => ({apiVersion: 'apps/v1', kind: 'Deployment', metadata: {name: 'web', namespace: 'shop'}, spec: {template: {spec}}})
  it.each([
    ['a volume', {volumes: [{secret: {secretName: 'tls'}}]}, 'volume'],
    ['a projected volume', {volumes: [{projected: {sources: [{secret: {name: 'tls'}}]}}]}, 'volume'],
    ['a variable', {containers: [{env: [{valueFrom: {secretKeyRef: {name: 'tls'}}}]}]}, 'environment'],
    ['all variables of an init container', {initContainers: [{envFrom: [{secretRef: {name: 'tls'}}]}]}, 'environment'],
    ['another one', {volumes: [{secret: {secretName: 'other'}}], containers: [{envFrom: [{secretRef: {name: 'other'}}]}]}, undefined],
  ])('%s', (_, spec, how) => expect(readsSecret(workload(spec), 'tls')).toBe(how))
})
