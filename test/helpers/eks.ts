/** A platform on EKS, as kp.yaml has it. */
import {stringify} from 'yaml'
import {parseSpec} from '../../src/spec/load.ts'
import {resolveEnvironment} from '../../src/spec/resolve.ts'
import type {EnvironmentSpec} from '../../src/spec/types.ts'

/** Whose account the emulator is. */
export const EMULATED_ACCOUNT = '123456789012'

/** The text of a kp.yaml for EKS; what is given takes the place of whole sections. */
export function eksText(sections: Record<string, unknown> = {}): string {
  return stringify({
    apiVersion: 'kp.dev/v1alpha1',
    kind: 'Platform',
    metadata: {name: 'acme', owner: 'platform-team@example.com'},
    provider: {type: 'eks', region: 'eu-central-1', account: EMULATED_ACCOUNT},
    environments: [{name: 'dev', cluster: 'acme-dev'}],
    nodePools: [
      {name: 'general', instanceType: 'm6i.large', min: 3, max: 9, labels: {'node-role': 'general'}},
      {name: 'spot', instanceType: 'm6g.large', capacity: 'spot', min: 0, max: 20, taints: ['spot=true:NoSchedule']},
      {name: 'storage', instanceType: 'r6i.xlarge', min: 1, max: 3, volumes: [{name: 'data', size: '200Gi', type: 'io2'}]},
    ],
    domain: 'example.com',
    email: 'ops@example.com',
    ...sections,
  })
}

/** The same, resolved for an environment. */
export function eksSpec(sections: Record<string, unknown> = {}, environment?: string): EnvironmentSpec {
  return resolveEnvironment(parseSpec('kp.yaml', eksText(sections)).spec, environment)
}
