/** Where the lab's Alertmanager sends: every receiver of the platform's configuration, but nothing leaves the machine. */
import type {IncomingMessage} from 'node:http'

/** What a receiver got. */
export interface Received {
  notifications: number
  /** Firing alerts by name, counted once for each notification that holds them. */
  alerts: Record<string, number>
}

/** Counts what comes. */
export interface AlertSink {
  /** @param receiver its name in the configuration */
  take(receiver: string, request: IncomingMessage): Promise<void>
  seen(): Record<string, Received>
}

const LARGEST = 4 << 20

/** Begins with nothing. Texts of alerts are not kept. */
export function createSink(): AlertSink {
  const seen = new Map<string, Received>()
  return {
    async take(receiver, request) {
      let text = ''
      for await (const chunk of request) if (text.length < LARGEST) text += String(chunk)
      const {alerts = []} = JSON.parse(text) as {alerts?: {status?: string; labels?: Record<string, string>}[]}
      const got = seen.get(receiver) ?? {notifications: 0, alerts: {}}
      got.notifications += 1
      for (const {status, labels} of alerts) {
        const name = labels?.['alertname'] ?? 'an alert without a name'
        if (status === 'firing') got.alerts[name] = (got.alerts[name] ?? 0) + 1
      }
      seen.set(receiver, got)
    },
    seen: () => Object.fromEntries(seen),
  }
}

interface Receiver {
  name: string
  [integration: string]: unknown
}

/**
 * A configuration with every receiver sent to the sink. Routes, groups and inhibitions stay as they are; addresses and
 * the names of files with secrets do not.
 */
export function sendToSink(config: Record<string, unknown>, sink: string): Record<string, unknown> {
  const receivers = ((config['receivers'] ?? []) as Receiver[]).map(({name, ...integrations}) => {
    const able = Object.keys(integrations).some((key) => key.endsWith('_configs'))
    return able ? {name, webhook_configs: [{url: `${sink}/alerts/${encodeURIComponent(name)}`, send_resolved: true}]} : {name}
  })
  const {resolve_timeout: resolve} = (config['global'] ?? {}) as {resolve_timeout?: string}
  return {...(resolve === undefined ? {} : {global: {resolve_timeout: resolve}}), route: config['route'], ...(config['inhibit_rules'] === undefined ? {} : {inhibit_rules: config['inhibit_rules']}), ...(config['time_intervals'] === undefined ? {} : {time_intervals: config['time_intervals']}), receivers}
}
