/** Known failures of GPU drivers and of what empties spot nodes. */
import type {Pitfall} from '../../engine/types.ts'

/** Pitfalls of special pools. */
export const specialPoolPitfalls: Pitfall[] = [
  {
    code: 'KP0320',
    title: 'The NVIDIA driver is missing on a GPU node',
    symptom: 'The device plugin runs, but its log says "could not load NVML library", and the node offers fewer GPUs than it has.',
    cause: 'The machine image has no NVIDIA driver, or the container runtime does not hand it on (no NVIDIA container toolkit, or not as the default runtime).',
    match: [{output: /could not load NVML library: libnvidia-ml\.so/}, {check: 'node-pools.gpu', output: /offers no nvidia\.com\/gpu/}],
    fix: [
      {text: 'What does the device plugin say on that node?', command: 'kubectl -n nvidia-device-plugin logs -l app.kubernetes.io/name=nvidia-device-plugin --tail=30 --prefix'},
      {text: 'On the node: does the driver answer?', command: 'sudo nvidia-smi'},
      {text: 'On the node: is the NVIDIA runtime the default one?', command: 'grep -A 3 nvidia /etc/containerd/config.toml'},
      {text: 'Use a machine image with driver and toolkit (EKS: an accelerated AMI; elsewhere the GPU operator), and replace the nodes: empty one, end its machine, wait for the new one.', command: 'kubectl drain <node> --ignore-daemonsets --delete-emptydir-data'},
    ],
    confirmBy: 'node-pools.gpu',
    source: 'twenty phases, 3 (GPU driver missing); NVIDIA device plugin: issues',
  },
  {
    code: 'KP0321',
    title: 'What empties spot nodes does not hear of interruptions',
    symptom: 'The node termination handler says "Unable to fetch metadata from IMDS", or status code 401; spot nodes go away without being drained.',
    cause: 'The metadata service of the machine is switched off, limited to one hop, or blocked for pods, so that nobody learns of the two minutes of notice.',
    match: [
      {check: 'node-pools.spot-handler'},
      {output: /Unable to fetch metadata from IMDS/},
      {output: /There was a problem checking for spot ITNs: /},
    ],
    fix: [
      {text: 'On which nodes does it not run, and what does it say?', command: 'kubectl -n kube-system logs -l app.kubernetes.io/name=aws-node-termination-handler --tail=20 --prefix'},
      {text: 'What does the machine allow?', command: 'aws ec2 describe-instances --instance-ids <instance> --query "Reservations[].Instances[].MetadataOptions"'},
      {text: 'Let it answer (two hops, for pods that are not on the host network).', command: 'aws ec2 modify-instance-metadata-options --instance-id <instance> --http-endpoint enabled --http-tokens required --http-put-response-hop-limit 2'},
      {text: 'Put the handler back.', command: 'kp step node-pools'},
    ],
    confirmBy: 'node-pools.spot-handler',
    source: 'twenty phases, 3 (spot nodes evicted); node termination handler: issues',
  },
]
