/** When certificates end. Pure. */
import {X509Certificate} from 'node:crypto'

const PEM = /-----BEGIN CERTIFICATE-----[\s\S]*?-----END CERTIFICATE-----/g

/** The certificates of a text, those that can be read. */
export function certificatesOf(text: string): X509Certificate[] {
  return [...text.matchAll(PEM)].flatMap(([pem]) => {
    try {
      return [new X509Certificate(pem)]
    } catch {
      return []
    }
  })
}

/** The same of what is encoded once more, as in Secrets, bundles of webhooks and kubeconfigs. */
export function certificatesIn(encoded: string | undefined): X509Certificate[] {
  return certificatesOf(Buffer.from(encoded ?? '', 'base64').toString('utf8'))
}

/** When the first of a chain ends; undefined where there is none. A chain is as good as its first end. */
export function firstEnd(chain: readonly X509Certificate[]): number | undefined {
  return chain.length === 0 ? undefined : Math.min(...chain.map(({validToDate}) => validToDate.getTime()))
}

/** When the last of a bundle ends: anchors overlap while they change. */
export function lastEnd(bundle: readonly X509Certificate[]): number | undefined {
  return bundle.length === 0 ? undefined : Math.max(...bundle.map(({validToDate}) => validToDate.getTime()))
}
