/** Finds why secrets do not arrive: a store that is not there or not valid, a sealed Vault, a key that nobody has. Pure. */
import type {FactObject, Facts, ObjectRef, Sighting} from '../../engine/facts.ts'
import {refName, refOf} from '../../engine/facts.ts'
import {eventsAbout, nearest, patchCommand} from '../shared/facts.ts'
import {VAULT_PODS} from './names.ts'

/** Custom kinds that are read. */
export const STORE_KINDS = ['ExternalSecret', 'ClusterSecretStore', 'SecretStore']
const GROUP = 'external-secrets.io'
/** The event of a store that Vault does not let in; one that is sealed says something else. Its condition says no reason. */
export const LOGIN_REFUSED = /^(?!.*Vault is sealed).*(?:unable to log in|invalid vault credentials).*(?:permission denied|invalid role|not authorized)/s
const SEALED = /Vault is sealed/

interface ExternalSecretSpec {
  secretStoreRef?: {kind?: string; name?: string}
  target?: {name?: string}
  data?: {secretKey?: string; remoteRef?: {key?: string; property?: string}}[]
}

interface Condition {
  type: string
  status: string
  reason?: string
  message?: string
}

const specOf = (object: FactObject): ExternalSecretSpec => object['spec'] ?? {}
const notReady = (object: FactObject): Condition | undefined => ((object['status'] as {conditions?: Condition[]} | undefined)?.conditions ?? []).find(({type, status}) => type === 'Ready' && status === 'False')

/** Why a store is not valid: the newest of its events, since its condition says no reason; undefined where it is valid. */
function complaintOf(facts: Facts, store: FactObject): string | undefined {
  const condition = notReady(store)
  return condition === undefined ? undefined : (eventsAbout(facts, store).find(({type}) => type === 'Warning')?.message ?? condition.message ?? '')
}

/** The store that an ExternalSecret names. */
function storeOf(one: FactObject): ObjectRef | undefined {
  const {kind = 'SecretStore', name} = specOf(one).secretStoreRef ?? {}
  if (name === undefined) return undefined
  return {kind, name, ...(kind === 'SecretStore' ? {namespace: one.metadata.namespace ?? 'default'} : {})}
}

/** The Secret that it makes. */
function targetOf(one: FactObject): ObjectRef {
  return {kind: 'Secret', name: specOf(one).target?.name ?? one.metadata.name, namespace: one.metadata.namespace ?? 'default'}
}

/** KP1209: ExternalSecrets name a store that is not there, or a store is not valid for another reason than a login that Vault refuses. */
export function findBadStores(facts: Facts): Sighting[] {
  const without = facts.all('ExternalSecret', GROUP).flatMap((one) => {
    const store = storeOf(one)
    return store === undefined || !facts.seen(store.kind) || facts.get(store.kind, store.name, store.namespace) !== undefined ? [] : [{one, store}]
  })
  const missing = [...Map.groupBy(without, ({store}) => refName(store)).values()].flatMap((group): Sighting[] => {
    const [{one, store}] = group as [(typeof without)[number]]
    const meant = nearest(store.name, facts.all(store.kind, GROUP).filter(({metadata}) => metadata.namespace === store.namespace).map(({metadata}) => metadata.name))
    const look = {text: 'Which stores are there?', command: 'kubectl get clustersecretstores,secretstores -A'}
    const names = group.map((each) => refName(refOf(each.one)))
    // A typing error is that of the ExternalSecret; a store that is gone is missed by all who name it.
    if (meant !== undefined) return group.map((each) => ({object: refOf(each.one), evidence: [`it names ${refName(store)}, which does not exist; there is ${meant}`], affects: [targetOf(each.one)], fix: [look, {text: 'Name the store that is there.', command: patchCommand(each.one, {spec: {secretStoreRef: {kind: store.kind, name: meant}}})}]}))
    return [{object: store, evidence: [`${refName(store)} does not exist; ${names.slice(0, 3).join(', ')} ${names.length === 1 ? 'names' : 'name'} it`], affects: group.flatMap((each) => [refOf(each.one), targetOf(each.one)]), fix: [look, {text: 'Is it the store of kp.yaml? Put it back.', command: 'kp step secrets'}, {text: `Else make it in its manifest, or name another one in ${refName(refOf(one))}.`}]}]
  })
  const invalid = ['ClusterSecretStore', 'SecretStore'].flatMap((kind) => facts.all(kind, GROUP)).flatMap((store): Sighting[] => {
    const {reason = '', message = ''} = notReady(store) ?? {}
    const why = complaintOf(facts, store)
    if (why === undefined || LOGIN_REFUSED.test(why) || SEALED.test(why)) return []
    return [{object: refOf(store), evidence: [`Ready=False (${reason}): ${message}`, ...(why === message ? [] : [why])], affects: namedBy(facts, refOf(store))}]
  })
  return [...missing, ...invalid]
}

/** Everything that waits for a store. */
function namedBy(facts: Facts, store: ObjectRef): ObjectRef[] {
  return facts.all('ExternalSecret', GROUP).filter((one) => refName(storeOf(one) ?? {kind: '', name: ''}) === refName(store)).flatMap((one) => [refOf(one), targetOf(one)])
}

/** KP1212: the store is there and has no such key. */
export function findMissingKey(facts: Facts): Sighting[] {
  return facts.all('ExternalSecret', GROUP).flatMap((one): Sighting[] => {
    const store = storeOf(one)
    const condition = notReady(one)
    const live = store === undefined ? undefined : facts.get(store.kind, store.name, store.namespace)
    // While the store itself is not valid, nothing is known of its keys.
    if (condition === undefined || store === undefined || live === undefined || notReady(live) !== undefined) return []
    const {namespace = 'default', name} = one.metadata
    const keys = (specOf(one).data ?? []).flatMap(({remoteRef}) => (remoteRef?.key === undefined ? [] : [`${remoteRef.key}${remoteRef.property === undefined ? '' : ` (${remoteRef.property})`}`]))
    return [{
      object: refOf(one),
      evidence: [`Ready=False (${condition.reason ?? ''}): ${condition.message ?? ''}`, ...(keys.length === 0 ? [] : [`it asks ${refName(store)} for ${keys.join(', ')}`])],
      affects: [targetOf(one)],
      fix: [
        {text: 'What does it say? The event names the key.', command: `kubectl -n ${namespace} describe externalsecret ${name}`},
        {text: `Put ${keys[0] ?? 'the key'} into the store, under that very name (with Vault: without data/ in the path), or correct remoteRef in the manifest.`},
        {text: 'Then ask again at once.', command: `kubectl -n ${namespace} annotate externalsecret ${name} force-sync=now --overwrite`},
      ],
    }]
  })
}

/** KP1203: servers of Vault say that they are sealed, or a store hears it from them. */
export function findSealedVault(facts: Facts): Sighting[] {
  const servers = facts.all('Pod').filter(({metadata: {labels = {}, deletionTimestamp}}) => deletionTimestamp === undefined && Object.entries(VAULT_PODS).every(([key, value]) => labels[key] === value))
  const sealed = servers.filter(({metadata: {labels = {}}}) => labels['vault-sealed'] === 'true' && labels['vault-initialized'] === 'true')
  const stores = ['ClusterSecretStore', 'SecretStore'].flatMap((kind) => facts.all(kind, GROUP))
  const told = stores.filter((store) => SEALED.test(complaintOf(facts, store) ?? ''))
  const waiting = (sealed.length === servers.length ? stores.filter((store) => 'vault' in ((store['spec'] as {provider?: object} | undefined)?.provider ?? {})) : told).flatMap((store) => [refOf(store), ...namedBy(facts, refOf(store))])
  const [first] = sealed
  if (first === undefined) return told.map((store) => ({object: refOf(store), evidence: [complaintOf(facts, store) ?? ''], affects: namedBy(facts, refOf(store))}))
  const owner = first.metadata.ownerReferences?.find(({controller}) => controller === true)
  const namespace = first.metadata.namespace ?? 'default'
  return [{
    object: {kind: owner?.kind ?? 'Pod', name: owner?.name ?? first.metadata.name, namespace},
    evidence: [`${sealed.length} of ${servers.length} servers are sealed: ${sealed.map(({metadata}) => metadata.name).join(', ')}`, ...told.map((store) => `${refName(refOf(store))}: ${complaintOf(facts, store) ?? ''}`)],
    values: {pod: first.metadata.name},
    affects: [...sealed.map((pod) => refOf(pod)), ...waiting],
  }]
}
