/** The export of what AWS bills: a stack of its own, beside what OpenCost counts in the cluster. */
import {stackRepositoryFiles} from '../../checks/terraform/place.ts'
import type {ManifestContext, PlatformStep, RepositoryContext, RepositoryFile} from '../../context.ts'
import {terraformStack} from '../shared/terraform-stack.ts'

const exportStep = terraformStack({id: 'cost/billing-export', title: 'Export the billing data of AWS', stack: 'billing-export', timeoutMs: 10 * 60_000, after: ['prerequisites']})

function wantsExport({spec: {provider}}: Pick<ManifestContext, 'spec'>): boolean {
  return 'billingExport' in provider && provider.billingExport
}

/** The step that makes it; none where kp.yaml does not ask for it. */
export function billingSteps(ctx: Pick<ManifestContext, 'spec'>): PlatformStep[] {
  return wantsExport(ctx) ? [exportStep] : []
}

/** The stack, for people. */
export function billingFiles(ctx: RepositoryContext): RepositoryFile[] {
  return stackRepositoryFiles(ctx, wantsExport(ctx) ? ['billing-export'] : [])
}
