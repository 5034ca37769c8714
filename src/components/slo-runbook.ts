/** Where the runbooks of an objective's alerts are. Pure. */
import type {EnvironmentSpec, Slo} from '../spec/types.ts'
import {runbookLink} from './runbook-link.ts'

/** Files below `runbooks/`, by alert. */
export const SLO_RUNBOOKS = {burn: 'error-budget-burns.md', notMeasured: 'slo-not-measured.md', noTraffic: 'slo-not-measured.md'} as const

/**
 * The annotation that leads to a runbook: an address where kp.yaml names one (the objective's own first), else the file in
 * the platform's repository.
 */
export function sloRunbook(spec: Pick<EnvironmentSpec, 'runbooks'>, slo: Pick<Slo, 'runbook'>, alert: keyof typeof SLO_RUNBOOKS): Record<string, string> {
  return alert === 'burn' && slo.runbook !== undefined ? {runbook_url: slo.runbook} : {...runbookLink(spec, SLO_RUNBOOKS[alert])}
}
