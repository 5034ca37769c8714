/** Known failures of control planes on machines of one's own: members, tokens, disks. */
import type {Pitfall} from '../../engine/types.ts'

/** Pitfalls of kubeadm and etcd. */
export const selfHostedPitfalls: Pitfall[] = [
  {
    code: 'KP0222',
    title: 'The certificate of the API server lacks the address that you use',
    symptom: 'kubectl works on the control plane node and not from outside: x509: certificate is valid for …, not for your address.',
    cause: 'kubeadm writes only the names that it knew at init into the certificate: a public address, a balancer or a new name was not among them.',
    match: [{output: /Unable to connect to the server: [^\n]*x509: certificate is valid for [^\n]+, not \S+/}],
    fix: [
      {text: 'Which names are in it?', command: 'openssl s_client -connect <address>:6443 </dev/null | openssl x509 -noout -ext subjectAltName'},
      {text: 'For now: reach the new address under a name that is in it.', command: 'kubectl --tls-server-name=<name-in-the-certificate> get nodes'},
      {text: 'For good: add the name to apiServer.certSANs of the ClusterConfiguration.', command: 'kubectl -n kube-system edit configmap kubeadm-config'},
      {text: 'On each control plane node, one at a time: put the old pair aside and make a new one; then restart the API server.', command: 'sudo kubeadm init phase certs apiserver --config <config.yaml>'},
    ],
    confirmBy: 'control-plane.readyz',
    runbook: 'api-unreachable.md',
    source: 'self-hosted on EC2, phase 2: --apiserver-cert-extra-sans; kubeadm docs: certificates',
  },
  {
    code: 'KP0223',
    title: 'Another control plane node cannot join: its certificates are gone',
    symptom: 'kubeadm join --control-plane ends: Secret "kubeadm-certs" was not found in the "kube-system" Namespace. This Secret might have expired.',
    cause: 'kubeadm init --upload-certs keeps the certificates of the control plane in the cluster for two hours, no longer.',
    match: [{output: /Secret "kubeadm-certs" was not found in the "kube-system" Namespace/}],
    fix: [
      {text: 'On a control plane node: upload them again. It prints the new key, which is a secret.', command: 'sudo kubeadm init phase upload-certs --upload-certs'},
      {text: 'A token, too: it ends after a day. Give the key to this and it prints the whole command.', command: 'sudo kubeadm token create --print-join-command --certificate-key <key>'},
    ],
    confirmBy: 'control-plane.controllers',
    source: 'self-hosted on EC2, phase 2: --upload-certs; kubeadm: app/phases/copycerts/copycerts.go',
  },
  {
    code: 'KP0224',
    title: 'The disk under etcd is too slow',
    symptom: 'The API server is slow at times; etcd logs "apply request took too long" or "slow fdatasync", and its leader changes.',
    cause: 'etcd writes each change to the disk before it answers. A burstable or shared disk, or backups and images on the same one, make it wait.',
    match: [{output: /"msg":"(?:apply request took too long|slow fdatasync|leader failed to send out heartbeat on time[^"]*)"|slow fdatasync/}],
    fix: [
      {text: 'How often? On a control plane node.', command: 'sudo crictl logs --tail=200 <etcd-container>'},
      {text: 'Is the volume out of credits, or full?', command: 'df -h /var/lib/etcd'},
      {text: 'On AWS: gp3 with its own throughput, without stopping anything.', command: 'aws ec2 modify-volume --volume-id <volume> --volume-type gp3 --iops 6000 --throughput 250'},
      {text: 'For good: a disk of its own for /var/lib/etcd; its 99th percentile of fdatasync must stay below 10 ms.'},
    ],
    confirmBy: 'control-plane.readyz',
    runbook: 'api-unreachable.md',
    source: 'etcd docs: hardware, tuning; etcd: server/storage/wal/wal.go',
  },
  {
    code: 'KP0225',
    title: 'etcd has lost its majority',
    symptom: 'Nothing can be read or written: "etcdserver: no leader", "etcdserver: unhealthy cluster", or every call times out.',
    cause: 'Of three members two are gone, or the only control plane node was deleted. Fewer than half cannot decide anything.',
    match: [{output: /etcdserver: (?:no leader|unhealthy cluster)/}],
    fix: [
      {text: 'Which members answer? On a control plane node.', command: 'etcdctl endpoint status --cluster -w table'},
      {text: 'A machine that can come back brings its member back: start it. That loses nothing.', command: 'aws ec2 start-instances --instance-ids <instance>'},
      {text: 'The majority is lost for ever: stop all API servers and restore the newest snapshot, as the runbook says.', command: 'etcdutl snapshot status <file> -w table'},
      {text: 'Afterwards: three control plane nodes in three zones, never one, never two.', command: 'kp plan control-plane'},
    ],
    confirmBy: 'control-plane.readyz',
    runbook: 'etcd-snapshot.md',
    source: 'self-hosted on EC2, lessons learned: delete master node, verify recovery; etcd docs: disaster recovery',
  },
  {
    code: 'KP0226',
    title: 'kubeadm finds traces of an earlier attempt',
    symptom: 'kubeadm init or join stops in its checks: Port 6443 is in use, or /etc/kubernetes/manifests and /var/lib/etcd are not empty.',
    cause: 'An earlier init or join got half-way on this machine, or the machine is part of a cluster already.',
    match: [{output: /\[ERROR Port-\d+\]: Port \d+ is in use|\[ERROR (?:DirAvailable|FileAvailable)--[\w.-]+\]: /}],
    fix: [
      {text: 'Is it a member of a living cluster? Then leave it alone.', command: 'kubectl get nodes -o wide'},
      {text: 'Who has the port?', command: 'sudo ss -ltnp'},
      {text: 'It is only left over: take it all away, then try again. This deletes the data of etcd on this machine.', command: 'sudo kubeadm reset'},
    ],
    confirmBy: 'control-plane.readyz',
    source: 'kubeadm docs: troubleshooting; kubeadm: app/preflight/checks.go',
  },
]
