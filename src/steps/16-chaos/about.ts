/** What, why and how of phase 16. */
import type {Phase} from '../../engine/types.ts'

export const about: Pick<Phase, 'id' | 'number' | 'title' | 'what' | 'why' | 'how'> = {
  id: 'chaos',
  number: 16,
  title: 'Chaos engineering and runbooks (Chaos Mesh)',
  what: 'Chaos Mesh makes faults on purpose, in the namespaces that kp.yaml names and in no other; runbooks say what to do when they come by themselves.',
  why: 'A runbook that nobody has followed and an alert that has never fired are guesses. A small fault at a chosen hour shows it; the same fault at night is an outage.',
  how: [
    'phases.chaos.namespaces is an allow-list. Three things hold it: the controller hits only namespaces with the annotation chaos-mesh.org/inject, which kp sets and takes away; an admission policy built into the API server refuses experiments elsewhere; the account experiments may make experiments and nothing else.',
    'The same policy holds the size of a fault: mode one, or fixed up to phases.chaos.maxTargets, and a duration for all that does not end by itself. Faults on machines and clouds are refused: no namespace bounds them.',
    'System namespaces cannot be listed, and an environment with protected: true gets chaos only where its own entry in kp.yaml says so. Faults cascade: begin outside of production, with one target.',
    'Experiments are examples in the repository (clusters/<environment>/chaos/), rendered and never applied by kp. Before one: `kp verify` without a failure, a look at the dashboards, a hypothesis in one sentence. Then `kubectl apply -f` it, follow the runbook, write down the time to detect and to recover.',
    'The daemon is privileged and runs on every node. Where that is not allowed, the alternatives are Gremlin (agents and a service, paid) and faults by kubectl alone: delete a pod, drain a node.',
    'Chaos Mesh goes last: its controller takes the finalizers off its experiments. kp refuses to remove it while any is there. In the lab no fault is made: containers are simulated there.',
    'Verify: `kp verify chaos`: controller and daemon, kinds, allow-list, a dry run that must be refused, nothing left over. By hand: `kubectl get podchaos,networkchaos,stresschaos -A`.',
  ],
}
