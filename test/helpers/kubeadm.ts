/** Platforms on machines that kp sets up itself, as kp.yaml has them. */
import {stringify} from 'yaml'
import {parseSpec} from '../../src/spec/load.ts'
import {resolveEnvironment} from '../../src/spec/resolve.ts'
import type {EnvironmentSpec} from '../../src/spec/types.ts'
import {EMULATED_ACCOUNT, eksSpec} from './eks.ts'

/** A public key that belongs to nobody. */
export const PUBLIC_KEY = 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJ1GwV2pDPjXNRAbKOpFfFJ0Kyl2q1bH0y1nQm2VvT4c ops@example.com'

/** The provider section of kubeadm on EC2. The emulator knows the image. */
export function kubeadmProvider(settings: Record<string, unknown> = {}): Record<string, unknown> {
  return {type: 'kubeadm-aws', region: 'eu-central-1', account: EMULATED_ACCOUNT, image: 'ami-785db401', ssh: {publicKey: PUBLIC_KEY}, ...settings}
}

/** A platform of kubeadm on EC2. */
export function kubeadmSpec(sections: Record<string, unknown> = {}, environment?: string): EnvironmentSpec {
  return eksSpec({provider: kubeadmProvider(), ...sections}, environment)
}

/** Five machines of one's own. */
export const HOSTS = [
  {name: 'cp-1', address: '192.168.10.11', role: 'control-plane', zone: 'rack-1'},
  {name: 'cp-2', address: '192.168.10.12', role: 'control-plane', zone: 'rack-2'},
  {name: 'cp-3', address: '192.168.10.13', role: 'control-plane', zone: 'rack-3'},
  {name: 'worker-1', address: '192.168.10.21', role: 'worker', pool: 'general', zone: 'rack-1'},
  {name: 'worker-2', address: '192.168.10.22', role: 'worker', pool: 'storage', zone: 'rack-2', ssh: {user: 'admin', port: 2222}},
]

/** The provider section of machines of one's own. */
export function bareMetalProvider(settings: Record<string, unknown> = {}): Record<string, unknown> {
  return {type: 'bare-metal', apiEndpoint: '192.168.10.10:6443', hosts: HOSTS, addresses: ['192.168.10.200-192.168.10.220'], ...settings}
}

/** The text of a kp.yaml for machines of one's own. */
export function bareMetalText(sections: Record<string, unknown> = {}): string {
  return stringify({
    apiVersion: 'kp.dev/v1alpha1',
    kind: 'Platform',
    metadata: {name: 'acme', owner: 'platform-team@example.com'},
    provider: bareMetalProvider(),
    environments: [{name: 'dev', cluster: 'acme-dev'}],
    nodePools: [
      {name: 'general', min: 1, labels: {'node-role': 'general'}},
      {name: 'storage', min: 1, labels: {'node-role': 'storage'}, taints: ['storage=true:NoSchedule'], pods: 60},
    ],
    domain: 'example.com',
    email: 'ops@example.com',
    ...sections,
  })
}

/** The same, resolved for an environment. */
export function bareMetalSpec(sections: Record<string, unknown> = {}, environment?: string): EnvironmentSpec {
  return resolveEnvironment(parseSpec('kp.yaml', bareMetalText(sections)).spec, environment)
}
