/** The stages of the lab, and which of them a healthy platform does without. */
import {basename} from 'node:path'
import {componentStages, componentsWithStages, coreStages, readStage} from '../../src/providers/lab/stages.ts'
import {PROJECT} from './run-kp.ts'

/** A stage of the lab, and what it is about. */
export interface LabStage {
  name: string
  /** `Pod`, `Certificate` … */
  kind: string
}

/** Stages that a healthy platform does without, and why; every other one must be noticed by a check when it is gone. */
export const NOT_ABOUT_HEALTH: Readonly<Record<string, string>> = {
  'kp-node-kubelet-version': 'only for nodes that are annotated with another version',
  'kp-node-notready': 'a fault',
  'kp-node-unplug': 'a fault',
  'kp-pod-crash': 'a fault',
  'kp-pod-restart': 'after a fault',
  'kp-pod-healed': 'after a fault',
  'kp-pod-imagepull': 'a fault',
  'kp-pod-ready-resync': 'after a fault: a node was lost and comes back',
  'kp-loadbalancer-denied': 'a fault',
  'kp-pv-reclaim': 'what is left of a volume is nobody\'s concern',
  'kp-certificate-expire': 'a fault',
  'kp-certificate-pending': 'a fault',
  'kp-certificate-reissue': 'somebody asks for a new certificate while the old one is good',
  'kp-clusterissuer-broken': 'a fault',
  'kp-issuer-broken': 'a fault',
  'kp-issuer-ready': 'no check reads an Issuer; only the real chart of monitoring has one',
  'kp-gateway-unaddressed': 'a fault',
  'kp-grpcroute-accept': 'no phase so far has a GRPCRoute',
  'kp-traefik-gatewayclass-accept': 'only with Traefik',
  'kp-traefik-gateway-program': 'only with Traefik',
  'kp-traefik-gateway-unaddressed': 'a fault',
  'kp-traefik-httproute-accept': 'only with Traefik',
  'kp-traefik-grpcroute-accept': 'only with Traefik',
  'kp-nginx-ingress-address': 'only with ingress-nginx',
  'kp-alb-ingress-address': 'only with the AWS Load Balancer Controller',
  'kp-alb-ingress-denied': 'a fault',
  'kp-volumesnapshot-ready': 'no phase so far has a snapshot',
  'kp-volumesnapshot-delete': 'no phase so far has a snapshot',
  'kp-volumesnapshot-static-delete': 'only what a restore made',
  'kp-volumesnapshotcontent-ready': 'no phase so far has a snapshot',
  'kp-volumesnapshotcontent-delete': 'no phase so far has a snapshot',
  'kp-installation-ready': 'the platform has Cilium, not Calico',
  'kp-application-sync': 'the platform has no GitOps tool',
  'kp-application-broken': 'the platform has no GitOps tool',
  'kp-gitrepository-ready': 'the platform has no GitOps tool',
  'kp-kustomization-ready': 'the platform has no GitOps tool',
  'kp-helmrelease-ready': 'the platform has no GitOps tool',
  'kp-helmrepository-ready': 'the platform has no GitOps tool',
  'kp-networkchaos-let-go': 'after a fault, and phases.chaos is off by default',
  'kp-podchaos-let-go': 'after a fault, and phases.chaos is off by default',
  'kp-backup-complete': 'the default platform runs the real Velero',
  'kp-location-available': 'the default platform runs the real Velero',
  'kp-schedule-enabled': 'the default platform runs the real Velero',
  'kp-kafka-pool': 'phases.operators is off by default',
  'kp-cnpg-instance-role': 'phases.operators is off by default',
  'kp-objectstore-first': 'phases.operators is off by default',
  'kp-objectstore-again': 'phases.operators is off by default',
  'kp-kafka-ready': 'phases.operators is off by default',
  'kp-cnpg-cluster-ready': 'phases.operators is off by default',
  'kp-mongodb-running': 'phases.operators is off by default',
  'kp-redis-replicates': 'phases.operators is off by default',
  'kp-rabbitmq-available': 'phases.operators is off by default',
  'kp-vault-open': 'only with Vault',
  'kp-vault-sealed': 'a fault',
  'kp-clustersecretstore-valid': 'only with a store of secrets',
  'kp-clustersecretstore-refused': 'a fault',
  'kp-clustersecretstore-sealed': 'a fault',
  'kp-secretstore-valid': 'only with a store of secrets',
  'kp-secretstore-refused': 'a fault',
  'kp-secretstore-sealed': 'a fault',
  'kp-externalsecret-sync': 'only with a store of secrets',
  'kp-externalsecret-refused': 'a fault',
  'kp-externalsecret-refresh': 'only with a store of secrets',
  'kp-sealedsecret-refused': 'a fault',
  'kp-calico-apiserver-ready': 'the platform has Cilium, not Calico',
  'kp-tigerastatus-available': 'the platform has Cilium, not Calico',
}

/** Checks marked simulated that no missing stage changes, and why: most say that no trouble is there, and where nobody works there is none. */
export const NOTHING_TO_NOTICE: Readonly<Record<string, string>> = {
  'cert-manager.challenges': 'a CA of one\'s own gives no orders: only what comes from a real cert-manager could fail',
  'cert-manager.requests': 'the lab signs without a request: only what comes from a real cert-manager could be refused',
  'cni.sandboxes': 'no kubelet is there that could fail to give a pod its network',
  'day2.drains': 'a budget counts only while all its pods are well',
  'day2.stuck': 'what stands still counts after minutes',
  'node-pools.heartbeat': 'kwok renews the Leases of its nodes by itself, by no stage',
}

/** Stages of the core that only what comes after monitoring needs, and for what. */
export const ONLY_WITH_LATER_PHASES: Readonly<Record<string, string>> = {
  'kp-sealing-key': 'Sealed Secrets',
  'kp-pod-job-done': 'the Job that sets up the log store',
}

/** Every stage of the lab, from its files. */
export function allStages(): LabStage[] {
  const paths = [...coreStages(PROJECT), ...componentsWithStages(PROJECT).flatMap((component) => componentStages(PROJECT, component))]
  return paths.map((path) => {
    const {metadata, spec} = readStage(path, '0.0.0')
    const name = `kp-${basename(path, '.yaml')}`
    if (metadata.name !== name) throw new Error(`${path} must be named ${name}`)
    return {name, kind: (spec['resourceRef'] as {kind: string}).kind}
  })
}
