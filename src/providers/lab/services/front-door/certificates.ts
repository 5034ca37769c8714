/** Which certificate is shown to whom. */
import {readFileSync} from 'node:fs'
import {join} from 'node:path'
import {createSecureContext} from 'node:tls'
import type {SecureContext} from 'node:tls'
import type {LabLayout} from '../../layout.ts'
import {listenerFor, takesHost, weightOf} from './table.ts'
import type {Table} from './types.ts'
import type {World} from './world.ts'

/** Certificates by the name in the handshake. */
export interface Certificates {
  /** Undefined: the connection ends, as it does where a listener has no certificate. */
  contextFor(table: Table, servername: string): SecureContext | undefined
}

/** Reads Secrets of the cluster, and the certificate of the lab for ways in that show one of their own to whom they do not know. */
export function createCertificates(world: World, layout: LabLayout): Certificates {
  const made = new Map<string, SecureContext>()
  const own = {cert: readFileSync(join(layout.pki, 'admin.crt'), 'utf8'), key: readFileSync(join(layout.pki, 'admin.key'), 'utf8')}
  const contextOf = (pair: {cert: string; key: string} | undefined): SecureContext | undefined => {
    if (pair === undefined) return undefined
    const known = made.get(pair.cert)
    if (known !== undefined) return known
    try {
      const context = createSecureContext(pair)
      if (made.size > 100) made.clear()
      made.set(pair.cert, context)
      return context
    } catch {
      return undefined
    }
  }
  return {
    contextFor({ways}, servername) {
      for (const way of ways) {
        const {gateway, className} = way
        if (gateway === undefined) {
          const found = world.all('ingresses').filter((ingress) => ingress.className === className).flatMap(({namespace, tls}) => tls.flatMap(({hosts = [], secretName}) => hosts.map((host) => ({host, namespace, secretName}))))
          const [best] = found.filter(({host, secretName}) => secretName !== undefined && takesHost(host, servername)).toSorted((a, b) => weightOf(b.host) - weightOf(a.host))
          const context = contextOf(best === undefined ? undefined : world.get('secrets', best.namespace, best.secretName ?? ''))
          if (context !== undefined) return context
          continue
        }
        const [name] = listenerFor(way, {scheme: 'https', servername, host: servername})
        const [ref] = gateway.listeners.find((listener) => listener.name === name)?.tls?.certificateRefs ?? []
        const context = ref === undefined ? undefined : contextOf(world.get('secrets', ref.namespace ?? gateway.namespace, ref.name))
        if (context !== undefined) return context
      }
      return ways.some(({controller}) => controller !== 'envoy-gateway') ? contextOf(own) : undefined
    },
  }
}
