/** Checks of phase 2 on EKS: how long the version is supported. */
import {check, verdict} from '../../checks/builders.ts'
import type {PlatformCheck} from '../../context.ts'
import {EKS_EXTENDED} from '../../spec/aws-prices.ts'

const DAY_MS = 24 * 60 * 60_000
/** An upgrade wants to be planned. */
const SOON_DAYS = 60

/** Whether AWS still supports the version of kp.yaml, and at which price. */
export const supportCheck: PlatformCheck = check({
  id: 'control-plane.version-support',
  title: 'AWS supports the version of Kubernetes for longer than an upgrade takes',
  severity: 'warning',
  pitfalls: ['KP0206'],
  appliesTo: (ctx) => (ctx.provider.id !== 'eks' ? 'the control plane is not that of EKS' : true),
  async run(ctx) {
    const {version} = ctx.spec.kubernetes
    const offered = (await ctx.aws?.versions()) ?? []
    const expected = `standard support for ${SOON_DAYS} days and more`
    if (offered.length === 0) return {status: 'unknown', observed: 'AWS names no version', expected}
    const found = offered.find((one) => one.version === version)
    if (found === undefined) return {status: 'fail', observed: `EKS does not offer ${version}: it offers ${offered.map((one) => one.version).join(', ')}`, expected}
    const {endOfStandardSupport: end, endOfExtendedSupport: last} = found
    if (end === undefined) return {status: 'unknown', observed: `AWS does not say how long it supports ${version}`, expected}
    const days = Math.floor((Date.parse(end) - ctx.clock.now()) / DAY_MS)
    if (days < 0) return {status: 'fail', observed: `standard support of ${version} ended on ${end}: extended support costs $${EKS_EXTENDED} a month more${last === undefined ? '' : ` and ends on ${last}`}`, expected}
    return {status: days < SOON_DAYS ? 'fail' : 'pass', observed: `standard support of ${version} ends on ${end}, in ${days} days`, expected}
  },
})

/** Whether EKS itself knows of something that the next upgrade breaks. */
export const insightsCheck: PlatformCheck = check({
  id: 'control-plane.upgrade-insights',
  title: 'EKS has found nothing in the cluster that an upgrade would break',
  severity: 'warning',
  pitfalls: ['KP0206'],
  appliesTo: (ctx) => (ctx.provider.id !== 'eks' ? 'the control plane is not that of EKS' : ctx.aws?.noApi ?? true),
  async run(ctx) {
    const insights = (await ctx.aws?.insights()) ?? []
    if (insights.length === 0) return {status: 'unknown', observed: 'EKS has not looked yet: it does once a day', expected: 'insights of the last day'}
    const bad = insights.filter(({status}) => status === 'ERROR' || status === 'WARNING')
    return verdict(bad.map(({name, version, reason}) => `${name}${version === undefined ? '' : ` (before ${version})`}${reason === undefined ? '' : `: ${reason}`}`), `${insights.length} insights, none warns`, 'aws eks describe-insight names the objects')
  },
})
