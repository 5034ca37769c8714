/** What, why and how of phase 11. */
import type {Phase} from '../../engine/types.ts'

export const about: Pick<Phase, 'id' | 'number' | 'title' | 'what' | 'why' | 'how'> = {
  id: 'operators',
  number: 11,
  title: 'Databases and queues by operators',
  what: 'Operators and one instance each of what phases.operators switches on: Kafka by Strimzi, PostgreSQL by CloudNativePG; on request MongoDB, Redis and RabbitMQ by their operators, and MySQL 8 without one.',
  why: 'Databases and queues need more than a StatefulSet: ordered upgrades, failover, users, backups. An operator does for them what a person would do at night.',
  how: [
    'The phase is off by default. Each operator runs in a namespace of its own and looks after every namespace; each system runs in a namespace of its own that denies all traffic but its clients on its port.',
    'Kafka runs without ZooKeeper: a KafkaNodePool whose nodes are controllers and brokers, three copies of each partition, two of which must have it; PostgreSQL runs with replicas of which one takes writes. Instances are spread over zones and nodes.',
    'Before anything starts, kp looks at the StorageClass: only one that waits for the first consumer (WaitForFirstConsumer) makes a volume in the zone of its pod. It also looks at the volumes that are there: each must be in a zone where a node takes pods. Otherwise a pod and its volume can be in two zones, and the pod never starts.',
    'Passwords of administrators are made in the cluster where the operator makes none: Secrets mysql-root, mongodb-admin, redis-password. kp does not read them again.',
    'Backups: phases.backup dumps every one of these databases by its own tool, besides snapshots. PostgreSQL also sends base backups and its log to the object store of phases.backup, by the Barman Cloud plugin, so that it can go back to any moment; without credentials in kp.yaml its pods need a role there.',
    'Metrics: Kafka shows its JVMs, its requests and its disks (JMX), PostgreSQL and RabbitMQ theirs; alerts say when a volume fills up, a heap is nearly full, a disk is slow, copies are too few, or the log does not reach the store.',
    'Verify: `kp verify operators`: operators and what they look after, custom resources, volumes bound and in zones with nodes, instances spread and guarded by budgets, metrics, alerts, backups. By hand: `kubectl get kafkas,clusters.postgresql.cnpg.io,rabbitmqclusters -A`, `kubectl get pvc -A`.',
  ],
}
