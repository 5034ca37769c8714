/** The objects that each system is made of. Pure. */
import {relocateImage} from '../../components/objects.ts'
import type {ManifestContext} from '../../context.ts'
import type {KubeObject} from '../../tools/kube-api.ts'
import {namespaceObject} from '../shared/namespace.ts'
import {namespaceOf} from './names.ts'
import type {System, SystemId} from './names.ts'

const RESTRICTED = {allowPrivilegeEscalation: false, capabilities: {drop: ['ALL']}}
const ZONE = 'topology.kubernetes.io/zone'
const MYSQL_IMAGE = 'docker.io/library/mysql:8.4.7'

interface Settings {
  instances: number
  volume: string
  storageClass?: string | undefined
}

/** Instances prefer zones, and nodes, of their own. */
const spread = (labels: Record<string, string>): unknown[] => [ZONE, 'kubernetes.io/hostname'].map((topologyKey) => ({maxSkew: 1, topologyKey, whenUnsatisfiable: 'ScheduleAnyway', labelSelector: {matchLabels: labels}}))
const claim = ({volume, storageClass}: Settings): Record<string, unknown> => ({accessModes: ['ReadWriteOnce'], ...(storageClass === undefined ? {} : {storageClassName: storageClass}), resources: {requests: {storage: volume}}})
const resources = (cpu: string, memory: string): Record<string, unknown> => ({requests: {cpu, memory}, limits: {memory}})

/** The namespace and the objects of a system. */
export function systemObjects(ctx: ManifestContext, system: System): KubeObject[] {
  const namespace = namespaceOf(ctx, system.id)
  const made = MAKERS[system.id](ctx, ctx.spec.phases.operators[system.id], system.kind)
  return [namespaceObject(ctx, namespace, 'baseline'), ...made.map((object) => ({...object, metadata: {...object.metadata, namespace}}))].filter((object) => object !== undefined)
}

type Maker = (ctx: ManifestContext, settings: Settings, kind: System['kind']) => KubeObject[]

const MAKERS: Record<SystemId, Maker> = {kafka, postgres, mysql, mongodb, redis, rabbitmq}

function kafka(_ctx: ManifestContext, {instances, volume, storageClass}: Settings, kind: System['kind']): KubeObject[] {
  const copies = Math.min(3, instances)
  const labels = {'strimzi.io/cluster': 'kafka', 'strimzi.io/name': 'kafka-kafka'}
  return [
    {
      apiVersion: kind.apiVersion,
      kind: 'KafkaNodePool',
      metadata: {name: 'dual', labels: {'strimzi.io/cluster': 'kafka'}},
      spec: {
        replicas: instances,
        roles: ['controller', 'broker'],
        storage: {type: 'jbod', volumes: [{id: 0, type: 'persistent-claim', size: volume, deleteClaim: false, kraftMetadata: 'shared', ...(storageClass === undefined ? {} : {class: storageClass})}]},
        resources: resources('500m', '2Gi'),
        jvmOptions: {'-Xms': '1024m', '-Xmx': '1024m'},
        template: {pod: {topologySpreadConstraints: spread(labels)}},
      },
    },
    {
      ...kind,
      metadata: {name: 'kafka'},
      spec: {
        kafka: {
          listeners: [{name: 'plain', port: 9092, type: 'internal', tls: false}, {name: 'tls', port: 9093, type: 'internal', tls: true, authentication: {type: 'tls'}}],
          config: {
            'default.replication.factor': copies, 'min.insync.replicas': Math.max(1, copies - 1),
            'offsets.topic.replication.factor': copies, 'transaction.state.log.replication.factor': copies, 'transaction.state.log.min.isr': Math.max(1, copies - 1),
          },
        },
        entityOperator: {topicOperator: {}, userOperator: {}},
      },
    },
  ]
}

function postgres(ctx: ManifestContext, settings: Settings, kind: System['kind']): KubeObject[] {
  return [{
    ...kind,
    metadata: {name: 'postgres'},
    spec: {
      instances: settings.instances,
      enableSuperuserAccess: true,
      enablePDB: settings.instances > 1,
      storage: {size: settings.volume, ...(settings.storageClass === undefined ? {} : {storageClass: settings.storageClass})},
      resources: resources('250m', '512Mi'),
      affinity: {enablePodAntiAffinity: true, topologyKey: ZONE, podAntiAffinityType: 'preferred'},
      monitoring: {enablePodMonitor: ctx.spec.phases.monitoring.enabled},
    },
  }]
}

/** MySQL 8 as the source has it: one server with a volume. More than one would be more than one database. */
function mysql(ctx: ManifestContext, settings: Settings, kind: System['kind']): KubeObject[] {
  const labels = {'app.kubernetes.io/name': 'mysql'}
  return [
    {apiVersion: 'v1', kind: 'Service', metadata: {name: 'mysql'}, spec: {selector: labels, ports: [{name: 'mysql', port: 3306, targetPort: 'mysql', protocol: 'TCP'}]}},
    {
      ...kind,
      metadata: {name: 'mysql', labels},
      spec: {
        serviceName: 'mysql',
        replicas: 1,
        selector: {matchLabels: labels},
        template: {
          metadata: {labels},
          spec: {
            securityContext: {runAsNonRoot: true, runAsUser: 999, fsGroup: 999, seccompProfile: {type: 'RuntimeDefault'}},
            containers: [{
              name: 'mysql',
              image: relocateImage(MYSQL_IMAGE, ctx.spec.images.mirror),
              env: [{name: 'MYSQL_ROOT_PASSWORD', valueFrom: {secretKeyRef: {name: 'mysql-root', key: 'password'}}}],
              ports: [{name: 'mysql', containerPort: 3306, protocol: 'TCP'}],
              readinessProbe: {tcpSocket: {port: 'mysql'}, periodSeconds: 10},
              livenessProbe: {tcpSocket: {port: 'mysql'}, initialDelaySeconds: 60, periodSeconds: 20},
              resources: resources('250m', '1Gi'),
              securityContext: RESTRICTED,
              volumeMounts: [{name: 'data', mountPath: '/var/lib/mysql'}],
            }],
          },
        },
        volumeClaimTemplates: [{metadata: {name: 'data'}, spec: claim(settings)}],
      },
    },
  ]
}

function mongodb(_ctx: ManifestContext, settings: Settings, kind: System['kind']): KubeObject[] {
  return [{
    ...kind,
    metadata: {name: 'mongodb'},
    spec: {
      type: 'ReplicaSet',
      members: settings.instances,
      version: '8.0.12',
      security: {authentication: {modes: ['SCRAM']}},
      users: [{name: 'admin', db: 'admin', passwordSecretRef: {name: 'mongodb-admin'}, scramCredentialsSecretName: 'mongodb-admin', roles: [{name: 'root', db: 'admin'}]}],
      statefulSet: {spec: {volumeClaimTemplates: [{metadata: {name: 'data-volume'}, spec: claim(settings)}]}},
    },
  }]
}

function redis(ctx: ManifestContext, settings: Settings, kind: System['kind']): KubeObject[] {
  return [{
    ...kind,
    metadata: {name: 'redis'},
    spec: {
      clusterSize: settings.instances,
      kubernetesConfig: {image: relocateImage('quay.io/opstree/redis:v8.4.0', ctx.spec.images.mirror), imagePullPolicy: 'IfNotPresent', redisSecret: {name: 'redis-password', key: 'password'}, resources: resources('100m', '256Mi')},
      storage: {volumeClaimTemplate: {spec: claim(settings)}},
      pdb: {enabled: settings.instances > 1, maxUnavailable: 1},
      topologySpreadConstraints: spread({app: 'redis'}),
      podSecurityContext: {runAsUser: 1000, fsGroup: 1000},
    },
  }]
}

function rabbitmq(_ctx: ManifestContext, {instances, volume, storageClass}: Settings, kind: System['kind']): KubeObject[] {
  return [{
    ...kind,
    metadata: {name: 'rabbitmq'},
    spec: {
      replicas: instances,
      persistence: {storage: volume, ...(storageClass === undefined ? {} : {storageClassName: storageClass})},
      resources: {requests: {cpu: '250m', memory: '1Gi'}, limits: {memory: '1Gi'}},
      rabbitmq: {additionalConfig: 'cluster_partition_handling = pause_minority\n'},
    },
  }]
}
