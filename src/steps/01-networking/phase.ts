/** Phase 1: zones, addresses and what connects them. */
import type {PlatformPhase} from '../../context.ts'
import {about} from './about.ts'
import {addressCheck, offersCheck, quotaCheck} from './checks-aws.ts'
import {hostsCheck} from './checks-hosts.ts'
import {checks} from './checks.ts'
import {hostPitfalls} from './pitfalls-hosts.ts'
import {servicePitfalls} from './pitfalls-services.ts'
import {stackPitfalls} from './pitfalls-stacks.ts'
import {pitfalls} from './pitfalls.ts'
import {stackRepositoryFiles} from '../../checks/terraform/place.ts'
import {addressPlan, awsStacks} from './steps.ts'

export const networking: PlatformPhase = {
  ...about,
  dependsOn: () => ['prerequisites'],
  steps: (ctx) => [addressPlan, ...awsStacks(ctx)],
  files: (ctx) => stackRepositoryFiles(ctx, ['network', 'iam', 'machine-roles']),
  checks: [...checks, offersCheck, quotaCheck, addressCheck, hostsCheck],
  pitfalls: [...pitfalls, ...servicePitfalls, ...stackPitfalls, ...hostPitfalls],
}
