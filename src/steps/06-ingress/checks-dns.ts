/** Checks of phase 6 about external-dns. */
import {DNS_SECRET} from '../../components/ingress-values.ts'
import {check, verdict, workloadsReady} from '../../checks/builders.ts'
import type {PlatformCheck} from '../../context.ts'
import {dnsKeys, wantsDns} from './external-dns.ts'
import {dnsNamespace} from './names.ts'

/** external-dns. */
export const dnsChecks: PlatformCheck[] = [
  workloadsReady({id: 'ingress.dns-ready', title: 'The writer of DNS records, external-dns, is ready', component: 'external-dns', appliesTo: wantsDns, pitfalls: ['KP0619']}),
  check({
    id: 'ingress.dns-credentials',
    title: 'The writer of DNS records has the credentials of the DNS provider',
    pitfalls: ['KP0619'],
    appliesTo(ctx) {
      const wanted = wantsDns(ctx)
      if (wanted !== true) return wanted
      return Object.keys(dnsKeys(ctx)).length > 0 ? true : 'it takes the identity of its pod'
    },
    async run(ctx) {
      const namespace = dnsNamespace(ctx)
      const secret = await (await ctx.cluster()).get('v1', 'Secret', DNS_SECRET, namespace)
      if (secret === undefined) return {status: 'fail', observed: `Secret ${namespace}/${DNS_SECRET} does not exist`, expected: 'kp up makes it from secrets of kp.yaml'}
      const has = Object.keys((secret['data'] as object | undefined) ?? {})
      const missing = Object.keys(dnsKeys(ctx)).filter((key) => !has.includes(key))
      return verdict(missing.map((key) => `Secret ${namespace}/${DNS_SECRET} has no ${key}`), has.join(', '), 'every key that external-dns reads')
    },
  }),
]
