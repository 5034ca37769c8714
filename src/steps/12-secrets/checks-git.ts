/** Checks of secrets that are in Git: Sealed Secrets with its keys, SOPS with its key. */
import {check, definitionsEstablished, simulatedControllers, SOON, verdict, workloadsReady} from '../../checks/builders.ts'
import {nameOf} from '../../checks/cluster.ts'
import type {PlatformCheck} from '../../context.ts'
import {complainAboutSync} from './checks-delivery.ts'
import {SOPS_SECRET, sopsKey} from '../shared/sops-key.ts'
import {inGit} from './names.ts'
import {BACKED_UP, sealingKeys} from './sealing-keys.ts'

const sealed = inGit('sealed-secrets')
const DAY_MS = 24 * 3600 * 1000
/** The controller makes a new key each 30 days. */
const RENEWED_DAYS = 37
/** How long a new key may wait for its backup. */
const GRACE_DAYS = 1

export const gitChecks: PlatformCheck[] = [
  workloadsReady({id: 'secrets.sealed-secrets-ready', title: 'The controller of Sealed Secrets is ready', component: 'sealed-secrets', appliesTo: sealed, pitfalls: ['KP1216']}),
  definitionsEstablished({id: 'secrets.sealed-secrets-crds', title: 'The kind SealedSecret is established', component: 'sealed-secrets', appliesTo: sealed, pitfalls: ['KP1216']}),
  check({
    id: 'secrets.sealed-secrets-key',
    title: 'Sealed Secrets has a key that is not too old, and its old keys',
    pitfalls: ['KP1217'],
    simulated: simulatedControllers,
    within: SOON,
    appliesTo: sealed,
    async run(ctx) {
      const keys = await sealingKeys(ctx)
      const [newest] = keys.filter(({active}) => active)
      if (newest === undefined) return {status: 'fail', observed: `no Secret has the label of a sealing key and is active (${keys.length} in all)`, expected: 'a key of the controller'}
      const days = Math.floor((ctx.clock.now() - newest.madeAt) / DAY_MS)
      return verdict(days > RENEWED_DAYS ? [`the newest key, ${newest.meta.name}, is ${days} days old: the controller makes no new one`] : [], `${keys.length} ${keys.length === 1 ? 'key' : 'keys'}, the newest ${days} days old`, `an active key of the last ${RENEWED_DAYS} days`)
    },
  }),
  check({
    id: 'secrets.sealed-secrets-backup',
    title: 'Every key of Sealed Secrets is backed up outside of the cluster',
    severity: 'warning',
    pitfalls: ['KP1218'],
    simulated: simulatedControllers,
    appliesTo: sealed,
    async run(ctx) {
      const keys = await sealingKeys(ctx)
      if (keys.length === 0) return {status: 'unknown', observed: 'there is no key yet'}
      const open = keys.filter(({backedUp, madeAt}) => !backedUp && ctx.clock.now() - madeAt > GRACE_DAYS * DAY_MS)
      return verdict(open.map(({meta}) => `Secret ${nameOf(meta)} has no annotation ${BACKED_UP}`), `${keys.filter(({backedUp}) => backedUp).length} of ${keys.length} keys are backed up, the others are new`, `back it up, then say so: kubectl annotate secret … ${BACKED_UP}=<date>`)
    },
  }),
  check({
    id: 'secrets.sealed-secrets-opened',
    title: 'Every SealedSecret was opened',
    pitfalls: ['KP1219'],
    simulated: simulatedControllers,
    within: SOON,
    appliesTo: sealed,
    async run(ctx) {
      const all = await (await ctx.cluster()).list('bitnami.com/v1alpha1', 'SealedSecret')
      if (all === undefined) return {status: 'fail', observed: 'the cluster does not know SealedSecret', expected: 'the kind of Sealed Secrets'}
      return verdict(all.flatMap((object) => complainAboutSync(object) ?? []), `${all.length} ${all.length === 1 ? 'SealedSecret' : 'SealedSecrets'}`, 'Synced=True')
    },
  }),
  check({
    id: 'secrets.sops-key',
    title: 'Flux has the age key of SOPS',
    pitfalls: ['KP1220'],
    appliesTo: (ctx) => sopsKey.appliesTo?.(ctx) ?? true,
    async run(ctx) {
      const {namespace, name} = SOPS_SECRET
      const secret = await (await ctx.cluster()).get('v1', 'Secret', name, namespace)
      if (secret === undefined) return {status: 'fail', observed: `Secret ${namespace}/${name} does not exist`, expected: 'kp up makes it from secrets of kp.yaml'}
      const keys = Object.keys((secret['data'] as object | undefined) ?? {})
      return verdict(keys.some((key) => key.endsWith('.agekey')) ? [] : [`Secret ${namespace}/${name} has no key that ends in .agekey`], keys.join(', '), 'a key whose name ends in .agekey')
    },
  }),
]
