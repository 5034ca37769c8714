/** The objects that each system is made of. Pure. */
import {relocateImage} from '../../components/objects.ts'
import type {ManifestContext} from '../../context.ts'
import type {KubeObject} from '../../tools/kube-api.ts'
import {namespaceObject} from '../shared/namespace.ts'
import {kafka} from './kafka.ts'
import {namespaceOf} from './names.ts'
import type {System, SystemId} from './names.ts'
import {budget, claim, resources, spread} from './parts.ts'
import type {Settings} from './parts.ts'
import {postgres} from './postgres.ts'

const RESTRICTED = {allowPrivilegeEscalation: false, capabilities: {drop: ['ALL']}}
const MONGODB_PODS = {app: 'mongodb-svc'}
const MYSQL_IMAGE = 'docker.io/library/mysql:8.4.7'

/** The namespace and the objects of a system. */
export function systemObjects(ctx: ManifestContext, system: System): KubeObject[] {
  const namespace = namespaceOf(ctx, system.id)
  const made = MAKERS[system.id](ctx, ctx.spec.phases.operators[system.id], system.kind)
  return [namespaceObject(ctx, namespace, 'baseline'), ...made.map((object) => ({...object, metadata: {...object.metadata, namespace}}))].filter((object) => object !== undefined)
}

type Maker = (ctx: ManifestContext, settings: Settings, kind: System['kind']) => KubeObject[]

const MAKERS: Record<SystemId, Maker> = {kafka, postgres, mysql, mongodb, redis, rabbitmq}

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
              resources: resources('100m', '1Gi'),
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
      statefulSet: {spec: {template: {spec: {topologySpreadConstraints: spread(MONGODB_PODS), containers: ['mongod', 'mongodb-agent'].map((name) => ({name, resources: resources('50m', '512Mi')}))}}, volumeClaimTemplates: [{metadata: {name: 'data-volume'}, spec: claim(settings)}]}},
    },
  }, ...(settings.instances > 1 ? [budget('mongodb', MONGODB_PODS)] : [])]
}

function redis(ctx: ManifestContext, settings: Settings, kind: System['kind']): KubeObject[] {
  return [{
    ...kind,
    metadata: {name: 'redis'},
    spec: {
      clusterSize: settings.instances,
      kubernetesConfig: {image: relocateImage('quay.io/opstree/redis:v8.4.0', ctx.spec.images.mirror), imagePullPolicy: 'IfNotPresent', redisSecret: {name: 'redis-password', key: 'password'}, resources: resources('50m', '256Mi')},
      storage: {volumeClaimTemplate: {spec: claim(settings)}},
      pdb: {enabled: settings.instances > 1, maxUnavailable: 1},
      topologySpreadConstraints: spread({app: 'redis', redis_setup_type: 'replication'}),
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
      resources: resources('100m', '1Gi'),
      // Its operator spreads the nodes over zones by itself.
      rabbitmq: {additionalConfig: 'cluster_partition_handling = pause_minority\n'},
    },
  }, ...(instances > 1 ? [budget('rabbitmq', {'app.kubernetes.io/name': 'rabbitmq'})] : [])]
}
