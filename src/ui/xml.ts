/** Text for XML and HTML. Pure. */
import {clean} from './text.ts'

/** Escaped for XML and HTML; what XML cannot hold at all is taken out. */
export function xml(text: string): string {
  return clean(text)
    .toWellFormed()
    .replaceAll(/[\ufffe\uffff]/g, '')
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
}
