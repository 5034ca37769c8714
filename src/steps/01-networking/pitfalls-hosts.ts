/** Known failures of machines of one's own, as the preflight finds them. */
import type {Pitfall} from '../../engine/types.ts'

const CHECK = 'networking.hosts'

/** Pitfalls of hosts. */
export const hostPitfalls: Pitfall[] = [
  {
    code: 'KP0122',
    title: 'Two hosts have the same machine-id or product_uuid',
    symptom: 'A second node takes the place of the first, addresses by DHCP are given twice, or the preflight says "machine-id … is that of" two hosts.',
    cause: 'The machines were cloned from one disk: what tells them apart was cloned with it. The pod network and kubeadm count on it.',
    match: [{output: /(?:machine-id|product_uuid) \S+ is that of \S+ and \S+/}],
    fix: [
      {text: 'What does each of the two have?', command: 'sudo cat /etc/machine-id /sys/class/dmi/id/product_uuid'},
      {text: 'machine-id: a new one, on all but one of them.', command: 'sudo rm /etc/machine-id /var/lib/dbus/machine-id'},
      {text: 'Make it, then start the machine anew.', command: 'sudo systemd-machine-id-setup'},
      {text: 'product_uuid is of the machine: the hypervisor sets it, such as uuid in libvirt or "Generate new UUID" when it is cloned.'},
    ],
    confirmBy: CHECK,
    source: 'kubeadm docs: verify the MAC address and product_uuid are unique; systemd: machine-id(5)',
  },
  {
    code: 'KP0123',
    title: 'Two hosts have the same name',
    symptom: 'One of two machines vanishes from kubectl get nodes as the other joins, or the preflight says "the name … is that of" both.',
    cause: 'A node is known by its name alone. Images bring a name such as ubuntu or localhost, and DHCP gave no other.',
    match: [{output: /the name \S+ is that of \S+ and \S+/}],
    fix: [
      {text: 'How is each called?', command: 'cat /etc/hostname'},
      {text: 'Give each its own name, the one of kp.yaml.', command: 'sudo hostnamectl set-hostname <name>'},
      {text: 'See that provider.hosts[].name in kp.yaml differs for each, then look again.', command: 'kp verify networking'},
    ],
    confirmBy: CHECK,
    source: 'Kubernetes docs: node name uniqueness',
  },
  {
    code: 'KP0124',
    title: 'The clock of a host is not kept',
    symptom: 'Certificates of new nodes are "not yet valid", etcd warns of the clock difference of its peer, or the preflight says "look whether the clock is kept".',
    cause: 'No NTP server is reached: chrony or systemd-timesyncd is not installed, or port 123 to the outside is closed.',
    match: [{output: /"msg":"prober found high clock drift"|: look whether the clock is kept: /}],
    fix: [
      {text: 'Who keeps it?', command: 'sudo timedatectl timesync-status'},
      {text: 'Nobody: let chrony do so.', command: 'sudo apt-get install chrony'},
      {text: 'Servers of your own: name them in provider.timeServers of kp.yaml.', command: 'kp up --only control-plane'},
    ],
    confirmBy: CHECK,
    source: 'etcd: server/etcdserver/api/rafthttp/probing_status.go; Kubernetes docs: production environment',
  },
  {
    code: 'KP0125',
    title: 'A port between two hosts is closed',
    symptom: 'Join hangs, etcd finds no peer, pods on two nodes do not reach each other; the preflight says "closed between the hosts: address:port".',
    cause: 'A firewall on the host (ufw, firewalld, nftables) or between the racks drops what the control plane or the pod network needs.',
    match: [{output: /closed between the hosts: /}],
    fix: [
      {text: 'Does the host itself drop it?', command: 'sudo nft list ruleset'},
      {text: 'Let the other hosts in, such as with ufw.', command: 'sudo ufw allow from <network-of-the-hosts>'},
      {text: 'VXLAN, Geneve and WireGuard are UDP, which no preflight can see: open what kp.yaml chooses, too.', command: 'kp explain networking'},
      {text: 'Look again.', command: 'kp verify networking'},
    ],
    confirmBy: CHECK,
    source: 'Kubernetes docs: ports and protocols; Cilium docs: system requirements, firewall rules; Calico docs: network requirements',
  },
  {
    code: 'KP0126',
    title: 'The kernel of a host is older than the pod network takes',
    symptom: 'The agent of Cilium ends with "Cilium requires kernel", or the preflight says "kernel … is older than".',
    cause: 'eBPF programs of today need kernel 5.10 or newer. Debian 10, Ubuntu 20.04 and older have less.',
    match: [{output: /kernel \S+ is older than \d|requires a minimum kernel version/i}],
    fix: [
      {text: 'Which one runs?', command: 'cat /proc/version'},
      {text: 'Ubuntu: the kernel of the newest release for the present one; then start the machine anew.', command: 'sudo apt-get install linux-generic-hwe-22.04'},
      {text: 'Better: install Debian 13 or Ubuntu 24.04, which also have cgroup v2.'},
    ],
    confirmBy: CHECK,
    source: 'Cilium docs: system requirements',
  },
  {
    code: 'KP0127',
    title: 'A host is a node of another cluster',
    symptom: 'The preflight says of a host "look whether this host is a node of another cluster"; nothing is changed on it.',
    cause: 'The machine served before, or the inventory names a machine of another environment. kp takes no node away from a cluster.',
    match: [{output: /: look whether this host is a node of another cluster: /}],
    fix: [
      {text: 'Which cluster is it?', command: 'sudo grep server /etc/kubernetes/kubelet.conf'},
      {text: 'It is still wanted there: take it out of provider.hosts.', command: 'kp plan --only networking'},
      {text: 'It is not: empty it there first.', command: 'kubectl drain <node> --ignore-daemonsets --delete-emptydir-data'},
      {text: 'Then, on the host. This deletes its member of etcd.', command: 'sudo kubeadm reset'},
    ],
    confirmBy: CHECK,
    source: 'kubeadm docs: clean up; kubeadm: app/preflight/checks.go',
  },
]
