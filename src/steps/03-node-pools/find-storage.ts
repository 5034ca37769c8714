/** Finds why volumes are not there. Pure. */
import type {FactObject, Facts, Sighting} from '../../engine/facts.ts'
import {ageOf, refOf} from '../../engine/facts.ts'
import type {FixStep} from '../../engine/types.ts'
import {byWorkload, eventsAbout, nearest, patchCommand, pinOf, podSpec, unscheduled} from '../shared/facts.ts'

const DEFAULT = 'storageclass.kubernetes.io/is-default-class'
const ZONE = 'topology.kubernetes.io/zone'
/** So long a driver may take to make a volume. */
const PROVISION_MS = 60_000

const isDefault = (one: FactObject): boolean => one.metadata.annotations?.[DEFAULT] === 'true'
const classOf = (claim: FactObject): string | undefined => (claim['spec'] as {storageClassName?: string} | undefined)?.storageClassName
const isPending = (claim: FactObject): boolean => (claim['status'] as {phase?: string} | undefined)?.phase === 'Pending'

/** KP0304: no class is the default. */
export function findNoDefaultClass(facts: Facts): Sighting[] {
  const classes = facts.all('StorageClass')
  if (!facts.seen('StorageClass') || classes.some((one) => isDefault(one)) || !facts.checks.some(({id}) => id === 'node-pools.default-storage-class')) return []
  const waiting = facts.all('PersistentVolumeClaim').filter((claim) => isPending(claim) && classOf(claim) === undefined)
  return [
    {
      object: classes.length === 1 && classes[0] !== undefined ? refOf(classes[0]) : {kind: 'StorageClass', name: '(default)'},
      evidence: [classes.length === 0 ? 'there is no StorageClass' : `none of ${classes.map(({metadata}) => metadata.name).join(', ')} is the default`],
      affects: [{kind: 'Check', name: 'node-pools.snapshot-class'}, ...waiting.map((claim) => refOf(claim))],
      fix: [{text: 'Which classes are there?', command: 'kubectl get storageclasses'}, {text: 'Put back the one of kp.yaml, with its mark.', command: 'kp step node-pools'}],
    },
  ]
}

/** KP0305: two are; the one that came last is in the way. */
export function findTwoDefaultClasses(facts: Facts): Sighting[] {
  const [, ...later] = facts.all('StorageClass').filter((one) => isDefault(one)).toSorted((a, b) => ageOf(b, facts) - ageOf(a, facts))
  const all = facts.all('StorageClass').filter((one) => isDefault(one)).map(({metadata}) => metadata.name)
  return later.map((one) => ({
    object: refOf(one),
    evidence: [`${all.join(' and ')} are marked as the default; ${one.metadata.name} came later`],
    fix: [{text: 'Which ones?', command: 'kubectl get storageclasses'}, {text: `Take the mark from the one that came later. Volumes that exist are not touched.`, command: `kubectl annotate storageclass ${one.metadata.name} ${DEFAULT}-`}],
  }))
}

/** Makes an empty claim anew with another class: the class of a claim cannot be changed. */
function moveClaim(claim: FactObject, to: string): FixStep {
  const {namespace = 'default', name} = claim.metadata
  return {text: `The claim is empty: make it anew with the class ${to}.`, command: `kubectl -n ${namespace} get pvc ${name} -o yaml | sed 's/storageClassName: .*/storageClassName: ${to}/' | kubectl replace --force -f -`}
}

/** KP0308: a claim names a class that there is not. */
export function findMissingClass(facts: Facts): Sighting[] {
  if (!facts.seen('StorageClass')) return []
  const names = facts.all('StorageClass').map(({metadata}) => metadata.name)
  return facts.all('PersistentVolumeClaim').flatMap((claim): Sighting[] => {
    const wanted = classOf(claim)
    if (!isPending(claim) || wanted === undefined || wanted === '' || names.includes(wanted) || (claim['spec'] as {volumeName?: string}).volumeName !== undefined) return []
    const instead = nearest(wanted, names) ?? facts.all('StorageClass').find((one) => isDefault(one))?.metadata.name
    const said = eventsAbout(facts, claim, 'ProvisioningFailed')[0]?.message
    return [{object: refOf(claim), evidence: [`it asks for the class ${wanted}; there are ${names.join(', ') || 'none'}`, ...(said === undefined ? [] : [said])], fix: [{text: 'Which classes are there?', command: 'kubectl get storageclasses'}, ...(instead === undefined ? [{text: 'Make the class of kp.yaml.', command: 'kp step node-pools'}] : [moveClaim(claim, instead)])]}]
  })
}

/** KP0307: claims wait for a driver that does not answer. The class is the cause. */
export function findMissingDriver(facts: Facts): Sighting[] {
  const waiting = facts.all('PersistentVolumeClaim').flatMap((claim) => {
    const said = eventsAbout(facts, claim, 'ExternalProvisioning')[0]?.message
    return isPending(claim) && said !== undefined ? [{claim, said}] : []
  })
  return [...Map.groupBy(waiting, ({claim}) => classOf(claim) ?? '')].flatMap(([name, claims]): Sighting[] => {
    const storageClass = facts.get('StorageClass', name)
    if (storageClass === undefined) return []
    const {provisioner = ''} = storageClass as unknown as {provisioner?: string}
    const served = facts.all('PersistentVolume').some((volume) => (volume['spec'] as {csi?: {driver?: string}} | undefined)?.csi?.driver === provisioner)
    // A driver that is known and has made volumes may be at work.
    const known = served || facts.get('CSIDriver', provisioner) !== undefined
    if (known && claims.every(({claim}) => ageOf(claim, facts) < PROVISION_MS)) return []
    const other = facts.all('StorageClass').find((one) => isDefault(one) && one.metadata.name !== name)?.metadata.name
    const fix: FixStep[] = [
      {text: 'Which drivers are there?', command: 'kubectl get csidrivers,storageclasses'},
      ...(other === undefined ? [{text: 'Put the driver and its class back; claims that wait are served then.', command: 'kp step node-pools'}] : claims.map(({claim}) => moveClaim(claim, other))),
    ]
    const unserved = served ? [] : [`no volume of the driver ${provisioner} was ever made${facts.get('CSIDriver', provisioner) === undefined ? ', and no CSIDriver of that name is registered' : ''}`]
    return [{object: refOf(storageClass), evidence: [...claims.slice(0, 2).map(({claim, said}) => `PersistentVolumeClaim ${claim.metadata.namespace}/${claim.metadata.name}: ${said}`), ...unserved], affects: claims.map(({claim}) => refOf(claim)), fix}]
  })
}

/** KP0309: a pod may only run where its volume is not. */
export function findOtherZone(facts: Facts): Sighting[] {
  const waiting = unscheduled(facts).filter(({said}) => /didn't match PersistentVolume's node affinity|had volume node affinity conflict/.test(said))
  // What an operator was told to pin is the matter of that operator's phase.
  return byWorkload(facts, waiting).filter(({workload}) => pinOf(workload) === undefined).map(({workload, items: [{pod, said}]}): Sighting => {
    const claims = (podSpec(pod).volumes ?? []).flatMap(({persistentVolumeClaim}) => (persistentVolumeClaim === undefined ? [] : [facts.get('PersistentVolumeClaim', persistentVolumeClaim.claimName, pod.metadata.namespace)])).filter((one) => one !== undefined)
    const zones = [...new Set(claims.flatMap((claim) => zoneOf(facts.get('PersistentVolume', (claim['spec'] as {volumeName?: string}).volumeName ?? ''))))]
    const [zone] = zones
    const pinned = podSpec(workload).nodeSelector?.[ZONE]
    const there = zone === undefined ? [] : facts.all('Node').filter((node) => node.metadata.labels?.[ZONE] === zone)
    const look: FixStep[] = [{text: 'In which zones are the nodes?', command: `kubectl get nodes -L ${ZONE}`}]
    const fix: FixStep[] =
      zone !== undefined && pinned !== undefined && pinned !== zone
        ? [{text: `The volume is in ${zone} and cannot leave it: let the workload run there.`, command: patchCommand(workload, {spec: {template: {spec: {nodeSelector: {[ZONE]: zone}}}}})}]
        : [{text: `Bring a node back into ${zone ?? 'its zone'}.`, command: 'kp step node-pools'}]
    return {
      object: refOf(workload),
      evidence: [`Pod ${pod.metadata.namespace}/${pod.metadata.name}: ${said}`, ...(zone === undefined ? [] : [`its volume is in ${zones.join(', ')}, where ${there.length} nodes are${pinned === undefined ? '' : `; it is pinned to ${pinned}`}`])],
      fix: [...look, ...fix],
    }
  })
}

function zoneOf(volume: FactObject | undefined): string[] {
  const terms = (volume?.['spec'] as {nodeAffinity?: {required?: {nodeSelectorTerms?: {matchExpressions?: {key: string; values?: string[]}[]}[]}}} | undefined)?.nodeAffinity?.required?.nodeSelectorTerms ?? []
  return terms.flatMap(({matchExpressions = []}) => matchExpressions.filter(({key}) => key === ZONE || key.endsWith('/zone')).flatMap(({values = []}) => values))
}
