/** Known failures of phase 16. */
import type {Pitfall} from '../../engine/types.ts'
import {EXPERIMENTS, findControllerAway, findStuckExperiments} from './find.ts'

export const pitfalls: Pitfall[] = [
  {
    code: 'KP1601',
    title: 'A fault reaches further than it should',
    symptom: 'An experiment hits other namespaces or every pod at once; or it is refused: "denied request: faults may be made in … alone".',
    cause: 'Faults cascade: a selector without a namespace, mode all, or no duration takes more down than was meant. The allow-list refuses such experiments; one that is older than it still runs.',
    match: [
      {output: /\S*chaos\S* "[^"]*" is forbidden: ValidatingAdmissionPolicy 'kp-chaos-scope' with binding 'kp-chaos-scope' denied request: [^\n]*/},
      {check: 'chaos.allow-list', output: /is open for faults and not in phases\.chaos\.namespaces/},
      {check: 'chaos.scope'},
      {check: 'chaos.admission'},
    ],
    fix: [
      {text: 'Which experiments run, and where?', command: 'kubectl get podchaos,networkchaos,stresschaos,iochaos -A'},
      {text: 'Pause the one that runs out of bounds: its fault is undone, and it stays to be looked at.', command: 'kubectl -n <namespace> annotate <kind> <name> experiment.chaos-mesh.org/pause=true'},
      {text: 'Refused, and really wanted? Name the namespace in phases.chaos.namespaces, or more targets in phases.chaos.maxTargets.', command: 'kp plan chaos'},
      {text: 'The policy is missing or was changed: kp brings it back.', command: 'kp step chaos'},
    ],
    confirmBy: 'chaos.scope',
    runbook: 'chaos-out-of-bounds.md',
    source: 'twenty phases, 16: unplanned cascading failures',
  },
  {
    code: 'KP1602',
    title: 'An experiment does not end',
    symptom: 'An experiment stays in deletion, its fault goes on: finalizer chaos-mesh/records.',
    cause: 'The pod or node that it hit is gone, or its daemon does not answer: the controller cannot undo the fault and keeps the finalizer.',
    match: [
      {output: /chaos-mesh\/records|fail(?:ed)? to recover chaos/},
      {event: {reason: 'Failed', message: /Failed to recover chaos: /}},
      {check: 'chaos.residue'},
    ],
    fix: [
      {text: 'What does it wait for?', command: 'kubectl -n <namespace> describe <kind> <name>'},
      {text: 'Does the daemon on the node of its target run?', command: 'kubectl -n chaos-mesh get pods -l app.kubernetes.io/component=chaos-daemon -o wide'},
      {text: 'The target is gone for good, and the fault with it: let the experiment go.', command: 'kubectl -n <namespace> annotate <kind> <name> chaos-mesh.chaos-mesh.org/cleanFinalizer=forced'},
    ],
    find: findStuckExperiments,
    kinds: EXPERIMENTS,
    matchesToo: true,
    confirmBy: 'chaos.residue',
    runbook: 'chaos-out-of-bounds.md',
    source: 'chaos-mesh issues 4311, 2521; Chaos Mesh docs: clean up',
  },
  {
    code: 'KP1603',
    title: 'The daemon looks for another container runtime',
    symptom: 'Every fault fails: expected docker:// but got containerd:// in the events of the experiment.',
    cause: 'chaosDaemon.runtime and socketPath are not those of the nodes; the chart itself still says docker.',
    match: [
      {output: /expected (?:docker|containerd|cri-o):\/\/ but got/},
      {event: {reason: 'Failed', message: /expected (?:docker|containerd|cri-o):\/\/ but got/}},
    ],
    fix: [
      {text: 'Which runtime have the nodes?', command: 'kubectl get nodes -o custom-columns=NAME:.metadata.name,RUNTIME:.status.nodeInfo.containerRuntimeVersion'},
      {text: 'Write it to components.chaos-mesh.values.chaosDaemon: runtime crio with socketPath /var/run/crio/crio.sock, or take away what says docker.', command: 'kp step chaos'},
    ],
    confirmBy: 'chaos.ready',
    source: 'Chaos Mesh docs: install with helm, step 4',
  },
  {
    code: 'KP1604',
    title: 'An experiment hits nothing',
    symptom: 'The experiment is there and nothing happens: Selected=False, no pod is selected.',
    cause: 'The labels fit no running pod, or the namespace lacks the annotation chaos-mesh.org/inject: with a namespace filter the controller leaves such pods out without a word.',
    match: [
      {output: /no pod is selected|no target has been selected/},
      {event: {reason: 'Failed', message: /Failed to select targets: no (?:pod is|target has been) selected/}},
      {condition: {kind: 'PodChaos', type: 'Selected', status: 'False'}},
      {check: 'chaos.allow-list'},
    ],
    fix: [
      {text: 'Which namespaces are open?', command: 'kp verify chaos --check chaos.allow-list'},
      {text: 'Does the selector fit any pod?', command: 'kubectl -n <namespace> get pods -l <label>=<value>'},
      {text: 'Name the namespace in phases.chaos.namespaces; kp sets the annotation.', command: 'kp step chaos'},
    ],
    confirmBy: 'chaos.allow-list',
    source: 'Chaos Mesh docs: configure namespace for chaos experiments',
  },
  {
    code: 'KP1605',
    title: 'Pod Security refuses the chaos daemon',
    symptom: 'No daemon is made: pods "chaos-daemon-…" is forbidden: violates PodSecurity "baseline:latest": host namespaces, privileged.',
    cause: 'The daemon enters the containers of others and must be privileged; the namespace chaos-mesh has a stricter level than that, or a policy engine forbids it.',
    match: [
      {output: /pods "chaos-daemon-\S*" is forbidden: violates PodSecurity/},
      {event: {reason: 'FailedCreate', message: /Error creating: pods "chaos-daemon-\S*" is forbidden: violates PodSecurity "[^"]*": [^\n]*/}},
      {check: 'chaos.ready'},
    ],
    fix: [
      {text: 'Which level has its namespace?', command: 'kubectl get namespace chaos-mesh --show-labels'},
      {text: 'kp makes it privileged, for this namespace alone.', command: 'kp step chaos'},
      {text: 'A policy engine that forbids it needs the namespace in phases.security.excludeNamespaces. Where privileged pods are out of the question, make faults by kubectl alone (delete a pod, drain a node), or by Gremlin.', command: 'kp plan security'},
    ],
    confirmBy: 'chaos.ready',
    source: 'Kubernetes docs: Pod Security Standards; Chaos Mesh docs: FAQ',
  },
  {
    code: 'KP1606',
    title: 'Experiments cannot be made or deleted: no webhook answers',
    symptom: 'Each write fails: failed calling webhook "vpodchaos.kb.io" (or mpodchaos): no endpoints available for service "chaos-mesh-controller-manager".',
    cause: 'The controller is down, or was removed before its experiments and left its webhooks behind.',
    match: [
      {output: /failed calling webhook "[vm]\w+\.kb\.io"[^\n]*chaos-mesh-controller-manager/},
      {check: 'chaos.kinds'},
    ],
    fix: [
      {text: 'Does the controller run?', command: 'kubectl -n chaos-mesh get deployment chaos-controller-manager'},
      {text: 'Bring it back: it also ends what still runs.', command: 'kp step chaos'},
      {text: 'Chaos Mesh is to go for good: first its experiments, then the phase.', command: 'kp step chaos --remove'},
    ],
    find: findControllerAway,
    matchesToo: true,
    confirmBy: 'chaos.ready',
    source: 'chaos-mesh issue 4431',
  },
  {
    code: 'KP1607',
    title: 'The kernel of the nodes cannot delay traffic',
    symptom: 'A NetworkChaos fails: "Specified qdisc kind is unknown", or "unable to flush ip sets for pod".',
    cause: 'The modules sch_netem or ip_set are not in the kernel of the node, or not loaded: some minimal images leave them out.',
    match: [
      {output: /Specified qdisc kind is unknown|unable to flush ip sets for pod/},
      {event: {reason: 'Failed', message: /unable to flush ip sets for pod|Specified qdisc kind is unknown/}},
    ],
    fix: [
      {text: 'Which kernels are there?', command: 'kubectl get nodes -o custom-columns=NAME:.metadata.name,KERNEL:.status.nodeInfo.kernelVersion,IMAGE:.status.nodeInfo.osImage'},
      {text: 'On the node: load the modules; on AL2023 they are in kernel-modules-extra.', command: 'sudo modprobe -a sch_netem ip_set xt_set'},
    ],
    confirmBy: 'chaos.residue',
    source: 'Chaos Mesh docs: simulate network faults; chaos-mesh issue 1877',
  },
]
