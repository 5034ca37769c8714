/** What is promised, how much of it is left, and how fast it goes: by the records of phase 19. */
import type {Dashboard} from './dashboard.ts'

export const sloDashboard: Dashboard = {
  id: 'slo',
  title: 'kp: service level objectives',
  panels: [
    {title: 'Budget left: the least', unit: 'percentunit', kind: 'number', low: true, warn: 0.5, bad: 0.1, queries: [{expr: 'min(slo:budget_remaining:ratio)', legend: 'left'}]},
    {title: 'Alerts that page', unit: 'short', kind: 'number', warn: 1, bad: 1, queries: [{expr: 'count(ALERTS{alertname="SLOErrorBudgetBurn",alertstate="firing",severity=~"page|critical"}) or vector(0)', legend: 'pages'}]},
    {title: 'Tickets', unit: 'short', kind: 'number', warn: 1, bad: 10, queries: [{expr: 'count(ALERTS{alertname="SLOErrorBudgetBurn",alertstate="firing",severity=~"warning|info"}) or vector(0)', legend: 'tickets'}]},
    {title: 'Objectives not measured', unit: 'short', kind: 'number', warn: 1, bad: 1, queries: [{expr: 'count(ALERTS{alertname="SLONotMeasured",alertstate="firing"}) or vector(0)', legend: 'not measured'}]},
    {title: 'Events', unit: 'reqps', kind: 'number', queries: [{expr: 'sum(slo:events_total:rate5m)', legend: 'events'}]},
    {title: 'Bad events', unit: 'reqps', kind: 'number', queries: [{expr: 'sum(slo:events_bad:rate5m)', legend: 'bad'}]},
    {title: 'Budget left', unit: 'percentunit', queries: [{expr: 'slo:budget_remaining:ratio', legend: '{{slo}}'}]},
    {title: 'Burn: so many times as fast as the budget lasts, over an hour', unit: 'short', queries: [{expr: 'slo:error_ratio:rate1h / on (slo) (1 - slo:objective:ratio)', legend: '{{slo}}'}]},
    {title: 'Share of bad events, over five minutes', unit: 'percentunit', queries: [{expr: 'slo:error_ratio:rate5m', legend: '{{slo}}'}]},
    {title: 'Share of bad events, over three days', unit: 'percentunit', queries: [{expr: 'slo:error_ratio:rate3d', legend: '{{slo}}'}]},
    {title: 'Events', unit: 'reqps', queries: [{expr: 'slo:events_total:rate5m', legend: '{{slo}}'}]},
    {title: 'Answered by the gateway itself: nobody was behind the route', unit: 'reqps', queries: [{expr: 'slo:gateway_errors:rate5m', legend: '{{slo}}'}]},
  ],
}
