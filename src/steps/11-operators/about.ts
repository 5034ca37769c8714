/** What, why and how of phase 11. */
import type {Phase} from '../../engine/types.ts'

export const about: Pick<Phase, 'id' | 'number' | 'title' | 'what' | 'why' | 'how'> = {
  id: 'operators',
  number: 11,
  title: 'Stateful systems by operators (Kafka, PostgreSQL, and more)',
  what: 'Operators and one instance each of what phases.operators switches on: Kafka by Strimzi, PostgreSQL by CloudNativePG; on request MongoDB, Redis and RabbitMQ by their operators, and MySQL 8 without one.',
  why: 'Databases and queues need more than a StatefulSet: ordered upgrades, failover, users, backups. An operator does for them what a person would do at night.',
  how: [
    'The phase is off by default. Each operator runs in a namespace of its own and looks after every namespace; each system runs in a namespace of its own that denies all traffic but its clients on its port.',
    'Kafka runs without ZooKeeper: a KafkaNodePool whose nodes are controllers and brokers, three copies of each partition, two of which must have it; PostgreSQL runs with replicas of which one takes writes. Instances are spread over zones and nodes.',
    'Before anything starts, kp looks at the StorageClass: only one that waits for the first consumer (WaitForFirstConsumer) makes a volume in the zone of its pod. Otherwise a pod and its volume can be in two zones, and the pod never starts.',
    'Passwords of administrators are made in the cluster where the operator makes none: Secrets mysql-root, mongodb-admin, redis-password. kp does not read them again.',
    'Backups: phases.backup dumps every one of these databases by its own tool, besides snapshots.',
    'Verify: `kp verify operators`: operators, custom resources, volumes bound and spread over zones. By hand: `kubectl get kafkas,clusters.postgresql.cnpg.io,rabbitmqclusters -A`, `kubectl get pvc -A`.',
  ],
}
