/** Finds certificates that cannot be issued. Pure. */
import type {FactObject, Facts, Sighting} from '../../engine/facts.ts'
import {refName, refOf} from '../../engine/facts.ts'
import {nearest, patchCommand} from '../shared/facts.ts'

interface CertificateSpec {
  secretName?: string
  issuerRef?: {kind?: string; name?: string; group?: string}
}

const specOf = (certificate: FactObject): CertificateSpec => certificate['spec'] ?? {}
const own = (facts: Facts): readonly FactObject[] => facts.all('Certificate', 'cert-manager.io')
const conditionOf = (object: FactObject, name: string): {status: string; reason?: string; message?: string; lastTransitionTime?: string} | undefined => ((object['status'] as {conditions?: {type: string; status: string; reason?: string; message?: string; lastTransitionTime?: string}[]} | undefined)?.conditions ?? []).find(({type}) => type === name)

/** The issuer that a certificate names; undefined where it is not there. */
function issuerOf(certificate: FactObject, facts: Facts): FactObject | undefined {
  const {kind = 'Issuer', name = ''} = specOf(certificate).issuerRef ?? {}
  return kind === 'ClusterIssuer' ? facts.get('ClusterIssuer', name) : facts.get('Issuer', name, certificate.metadata.namespace)
}

/** KP0518: certificates name an issuer that is not there. */
export function findMissingIssuer(facts: Facts): Sighting[] {
  if (!facts.seen('ClusterIssuer') || !facts.seen('Issuer')) return []
  return own(facts).flatMap((certificate): Sighting[] => {
    const {kind = 'Issuer', name, group = 'cert-manager.io'} = specOf(certificate).issuerRef ?? {}
    if (name === undefined || group !== 'cert-manager.io' || issuerOf(certificate, facts) !== undefined) return []
    // An issuer that several certificates name was deleted: that is the finding, not each of them.
    const others = own(facts).filter((one) => one !== certificate && specOf(one).issuerRef?.name === name)
    if (others.length > 0 || facts.checks.some(({id, observed}) => id === 'cert-manager.issuer-ready' && observed.includes(name))) return []
    const there = facts.all('ClusterIssuer').map(({metadata}) => metadata.name)
    const counted = there.map((one) => ({one, count: own(facts).filter((other) => specOf(other).issuerRef?.name === one).length})).toSorted((a, b) => b.count - a.count)
    const meant = nearest(name, there) ?? counted[0]?.one
    return [
      {
        object: refOf(certificate),
        evidence: [`it names the ${kind} ${name}, which does not exist; there are ${there.join(', ') || 'none'}`],
        fix: [{text: 'Which issuers are there?', command: 'kubectl get clusterissuers,issuers -A'}, ...(meant === undefined ? [{text: 'Make the issuers of kp.yaml.', command: 'kp step cert-manager'}] : [{text: `Name ${meant}.`, command: patchCommand(certificate, {spec: {issuerRef: {kind: 'ClusterIssuer', name: meant}}})}])],
      },
    ]
  })
}

/** KP0517: two certificates write one Secret; the one that came later is in the way. */
export function findSharedSecret(facts: Facts): Sighting[] {
  const groups = Map.groupBy(own(facts), (certificate) => `${certificate.metadata.namespace}/${specOf(certificate).secretName}`)
  return [...groups].flatMap(([secret, certificates]) => {
    const [, ...later] = certificates.toSorted((a, b) => Date.parse(a.metadata.creationTimestamp ?? '') - Date.parse(b.metadata.creationTimestamp ?? '') || a.metadata.name.localeCompare(b.metadata.name))
    return later.map((certificate): Sighting => ({
      object: refOf(certificate),
      evidence: [`Secret ${secret} is written by ${certificates.map((one) => refName(refOf(one))).join(' and ')}`],
      affects: certificates.map((one) => refOf(one)),
      fix: [
        {text: 'Which two?', command: `kubectl -n ${certificate.metadata.namespace ?? 'default'} get certificates -o custom-columns=NAME:.metadata.name,SECRET:.spec.secretName`},
        {text: 'Give the one that came later a Secret of its own, and name that where it is served.', command: patchCommand(certificate, {spec: {secretName: `${certificate.metadata.name}-own`}})},
      ],
    }))
  })
}

/** KP0509: a certificate is not ready although its issuer is. */
export function findNotIssued(facts: Facts): Sighting[] {
  return own(facts).flatMap((certificate): Sighting[] => {
    const ready = conditionOf(certificate, 'Ready')
    const issuer = issuerOf(certificate, facts)
    if (ready === undefined || ready.status === 'True' || issuer === undefined || conditionOf(issuer, 'Ready')?.status !== 'True') return []
    // While it is issued for the first time there is nothing to see to; what its request says is matched there.
    const requests = facts.all('CertificateRequest').filter(({metadata}) => metadata.namespace === certificate.metadata.namespace && metadata.ownerReferences?.some(({name}) => name === certificate.metadata.name))
    if (requests.some((request) => /rateLimited|acme:error|Denied|invalid/.test(JSON.stringify(request['status'] ?? {})))) return []
    const young = facts.now - Date.parse(ready.lastTransitionTime ?? certificate.metadata.creationTimestamp ?? '') < 60_000
    if (young && ready.reason !== 'Expired') return []
    const {namespace = 'default', name} = certificate.metadata
    return [
      {
        object: refOf(certificate),
        evidence: [`Ready=${ready.status} (${ready.reason ?? ''}) ${ready.message ?? ''}`.trim()],
        fix: [
          {text: 'How far did it come?', command: `kubectl -n ${namespace} get certificates,certificaterequests`},
          {text: 'What does it say?', command: `kubectl -n ${namespace} describe certificate ${name}`},
          ...requests.map((request) => ({text: 'Once the reason is gone: ask again at once.', command: `kubectl -n ${namespace} delete certificaterequest ${request.metadata.name}`})),
          {text: 'What serves it reads it anew when its Secret changes; where it does not, restart it.'},
        ],
        vague: true,
      },
    ]
  })
}
