/** What, why and how of phase 19. */
import type {Phase} from '../../engine/types.ts'

export const about: Pick<Phase, 'id' | 'number' | 'title' | 'what' | 'why' | 'how'> = {
  id: 'slo',
  number: 19,
  title: 'Service level objectives',
  what: 'What users are promised, measured: availability and latency objectives of `slos`, as recording rules and as alerts on how fast the error budget burns.',
  why: 'An alert on every error wakes people for nothing, one on the average wakes them too late. A promise with a budget says what is bad enough to act on, and how soon.',
  how: [
    'Each entry of `slos` has an objective (99.9 %), a window (30d) and an indicator: http-errors or http-latency of a route, by the metrics of the way in, or queries of your own (prometheus: good and total).',
    'Recorded are good and bad events and the share of bad ones over seven windows, from 5 minutes to 3 days, and what is left of the budget. Shares are sums divided by sums, so busy minutes weigh more. Without events the share is 0 and not NaN.',
    'Four alerts look at a long and a short window each: 14.4 times too fast over 1h and 5m, and 6 times over 6h and 30m, page (pageSeverity); 3 times over 1d and 2h, and faster than the budget lasts over 3d and 6h, make a ticket (ticketSeverity). At 99.9 % an outage pages within about three minutes.',
    'A row that can never fire is left out with a warning: 14.4 times the budget of 90 % would want 144 % errors. An objective of 100 % is refused: it has no budget.',
    'SLONotMeasured fires where the metrics are gone, since the other alerts are silent then; SLOWithoutTraffic says that nothing happens.',
    'Envoy Gateway answers 503 by itself while a route has nobody behind it, and counts that for its listener alone: kp counts it for a route that had requests and has none now.',
    'Each alert leads to its runbook: that of the objective, the address in metadata.runbooks, or the file in `runbooks/` (off: phases.slo.runbooks).',
    'Verify: `kp verify slo`, and `kp slo test`, which runs the rules on made-up traffic with the real promtool and says which alert fires when. `kp slo list` shows objectives and thresholds, `kp slo generate` prints plain Prometheus rules. By hand: load the demo, delete its pods, and see SLOErrorBudgetBurn arrive.',
  ],
}
