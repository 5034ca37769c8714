/** `phases`, 16 to 20: chaos, cost, Day-2, SLOs, deliverables. */
import {z} from 'zod'
import {bytes, count, cpu, dnsLabel, domainName, duration, innerPath, interval, onOff, text} from './common.ts'

/** `phases.chaos` */
export const chaos = z.strictObject({
  enabled: onOff(false, 'Chaos Mesh'),
  namespaces: z.array(dnsLabel()).default([]).describe('Namespaces where faults may be made; no others'),
  maxTargets: count(1, 100).default(1).describe('Most pods or nodes hit at once'),
}).prefault({}).describe('Fault injection and runbooks')

/** `phases.cost` */
export const cost = z.strictObject({
  enabled: onOff(true, 'Quotas, and what is spent'),
  opencost: onOff(true, 'OpenCost splits the bill by namespace'),
  budget: z.number({error: 'must be a number'}).positive({error: 'must be more than 0'}).optional().describe('Budget a month'),
  currency: z.enum(['USD', 'EUR', 'GBP']).default('USD').describe('Currency of the budget'),
  warnAtPercent: count(1, 100).default(80).describe('Per cent of the budget at which kp warns'),
  teams: z.array(z.strictObject({
    name: dnsLabel().describe('Name of the team'),
    namespaces: z.array(dnsLabel()).min(1, {error: 'must name at least one namespace'}).describe('Its namespaces'),
    cpu: cpu().default(10).describe('CPU requests that they may make, each'),
    memory: bytes().default('32Gi').describe('Memory requests, each'),
    pods: count(1, 10_000).default(100).describe('Pods, each'),
    budget: z.number({error: 'must be a number'}).positive({error: 'must be more than 0'}).optional().describe('Budget a month'),
  })).default([]).describe('ResourceQuota and LimitRange by team'),
  headroomPercent: count(0, 100).default(20).describe('Room above what runs that a quota must leave'),
}).prefault({}).describe('Spend, quotas and limits')

/** `phases.day2` */
export const day2 = z.strictObject({
  enabled: onOff(true, 'What upgrades and maintenance need'),
  budgets: onOff(true, 'PodDisruptionBudgets for what kp installed'),
  window: z.strictObject({
    days: z.array(z.enum(['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'])).min(1, {error: 'must name at least one day'}).default(['tue', 'wed', 'thu']).describe('Days'),
    start: text(/^([01][0-9]|2[0-3]):[0-5][0-9]$/, 'must be a time such as "09:00", in quotes').default('09:00').describe('Begin, in quotes'),
    duration: duration().default('6h').describe('Length'),
    timezone: text(/^[A-Za-z]+(\/[A-Za-z0-9_+-]+)*$/, 'must be a time zone such as Europe/Berlin').default('UTC').describe('Time zone'),
  }).prefault({}).describe('When disruptive work may be done'),
  etcdSnapshots: z.strictObject({
    enabled: onOff(true, 'Snapshots of etcd, where kp runs it'),
    every: interval().default('6h').describe('How often'),
    keep: count(1, 1000).default(28).describe('How many are kept'),
  }).prefault({}).describe('etcd snapshots'),
  certificateThreshold: duration().default('30d').describe('When a certificate counts as expiring'),
}).prefault({}).describe('Upgrades, maintenance, certificates')

/** `phases.slo` */
export const sloPhase = z.strictObject({
  enabled: onOff(true, 'Recording rules and burn-rate alerts for slos'),
  runbooks: onOff(true, 'Alerts link to their runbook'),
  pageSeverity: z.enum(['page', 'critical']).default('page').describe('Severity of fast burn'),
  ticketSeverity: z.enum(['warning', 'info']).default('warning').describe('Severity of slow burn'),
}).prefault({}).describe('Objectives and alerts')

/** `phases.deliverables` */
export const deliverables = z.strictObject({
  enabled: onOff(true, 'The platform repository is complete'),
  layout: z.enum(['kustomize', 'helmfile']).default('kustomize').describe('How clusters/ is laid out'),
  ci: z.enum(['github-actions', 'gitlab-ci', 'none']).default('github-actions').describe('CI templates: plan on a pull request, apply on merge'),
  harbor: z.strictObject({
    enabled: onOff(false, 'Harbor, a registry with scanning and signing'),
    host: domainName().optional().describe('Its host name; default harbor.<domain>'),
    volume: bytes().default('100Gi').describe('Volume for images'),
  }).prefault({}).describe('Registry'),
  decisionRecords: innerPath().default('docs/decisions').describe('Folder of the decision records'),
}).prefault({}).describe('The finished repository')
