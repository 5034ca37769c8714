/** Finds experiments that do not end, and a controller that is away. Pure. */
import type {Facts, ObjectRef, Sighting} from '../../engine/facts.ts'
import {refOf} from '../../engine/facts.ts'
import {awayBecause} from '../shared/facts.ts'
import {CHAOS_NAMESPACE, FAULTS, PLANS} from './names.ts'

/** Custom kinds that are read. */
export const EXPERIMENTS = [...FAULTS, ...PLANS]
const GROUP = 'chaos-mesh.org'
const RECORDS = 'chaos-mesh/records'
/** The controller undoes a fault within seconds. */
const UNDO_MS = 30_000
const CONTROLLER: ObjectRef = {kind: 'Deployment', name: 'chaos-controller-manager', namespace: CHAOS_NAMESPACE}

/** KP1602: an experiment is being deleted, and its finalizer stays. */
export function findStuckExperiments(facts: Facts): Sighting[] {
  return EXPERIMENTS.flatMap((kind) => facts.all(kind, GROUP)).flatMap((one): Sighting[] => {
    const {deletionTimestamp, finalizers = [], name, namespace = 'default'} = one.metadata
    const since = facts.now - Date.parse(deletionTimestamp ?? '')
    if (deletionTimestamp === undefined || since < UNDO_MS || !finalizers.includes(RECORDS)) return []
    const resource = `${one.kind.toLowerCase()}.${GROUP}`
    return [{
      object: refOf(one),
      evidence: [`it is being deleted for ${Math.round(since / 1000)} seconds, and waits for its finalizer ${RECORDS}`],
      fix: [
        {text: 'What does it wait for?', command: `kubectl -n ${namespace} describe ${resource} ${name}`},
        {text: 'Does the daemon on the node of its target run? Where it does, the controller ends the fault by itself.', command: `kubectl -n ${CHAOS_NAMESPACE} get pods -o wide`},
        {text: 'The target is gone for good, and the fault with it: let the experiment go.', command: `kubectl -n ${namespace} annotate ${resource} ${name} chaos-mesh.chaos-mesh.org/cleanFinalizer=forced --overwrite`},
      ],
    }]
  })
}

/** KP1606: the controller, which answers the webhooks and ends experiments, is away. */
export function findControllerAway(facts: Facts): Sighting[] {
  if (!facts.components.some(({id}) => id === 'chaos-mesh') || !facts.checks.some(({id}) => id === 'chaos.ready')) return []
  const away = awayBecause(facts, CONTROLLER)
  if (away === undefined) return []
  return [{
    object: CONTROLLER,
    evidence: [`${away}: nobody answers for experiments, and those that run do not end`],
    affects: EXPERIMENTS.flatMap((kind) => facts.all(kind, GROUP)).map((one) => refOf(one)),
    // Taking Chaos Mesh away for good is no repair.
    fix: [{text: 'Does it run, and where not?', command: `kubectl -n ${CHAOS_NAMESPACE} get pods -o wide`}, {text: 'Bring it back: it also ends what still runs.', command: 'kp step chaos'}],
  }]
}
