/** What each DNS provider wants. */
import type {Problem} from '../issues.ts'
import type {Path} from '../paths.ts'
import type {EnvironmentSpec} from '../types.ts'
import {wrong} from './finding.ts'

type DnsSettings = EnvironmentSpec['phases']['cert-manager']['dns01'] | EnvironmentSpec['phases']['ingress']['externalDns']

/**
 * The settings of the provider are complete.
 * @param path of the settings in kp.yaml
 * @param options.managedIdentity whether Azure can be reached without a client secret
 */
export function dnsFits(settings: DnsSettings, path: Path, options: {managedIdentity: boolean}): Problem[] {
  const {provider, secret, route53, clouddns, azuredns, rfc2136} = settings
  const missing = (field: string[], value: unknown, why: string): Problem[] => (value === undefined ? [wrong([...path, ...field], `is missing: ${provider} ${why}`, [...path, 'provider'])] : [])
  switch (provider) {
    case 'route53':
      return [
        ...(secret === undefined ? [] : missing(['route53', 'accessKeyId'], route53.accessKeyId, 'wants the entry with the id of the access key whose secret is in secret')),
        ...(route53.accessKeyId === undefined ? [] : missing(['secret'], secret, 'wants the secret access key of route53.accessKeyId')),
      ]
    case 'cloudflare':
      return missing(['secret'], secret, 'wants credentials')
    case 'clouddns':
      return missing(['clouddns', 'project'], clouddns.project, 'wants the project of the zone')
    case 'azuredns':
      return [
        ...missing(['azuredns', 'subscription'], azuredns.subscription, 'wants the subscription of the zone'),
        ...missing(['azuredns', 'resourceGroup'], azuredns.resourceGroup, 'wants the resource group of the zone'),
        ...(options.managedIdentity ? [] : missing(['secret'], secret, 'wants the client secret of a service principal')),
        ...(secret === undefined ? [] : missing(['azuredns', 'tenant'], azuredns.tenant, 'wants the tenant of the service principal')),
        ...(secret === undefined ? [] : missing(['azuredns', 'clientId'], azuredns.clientId, 'wants the id of the service principal')),
      ]
    case 'rfc2136':
      return [
        ...missing(['secret'], secret, 'wants credentials'),
        ...missing(['rfc2136', 'nameserver'], rfc2136.nameserver, 'wants the DNS server that takes the updates'),
        ...missing(['rfc2136', 'keyName'], rfc2136.keyName, 'wants the name of the TSIG key'),
      ]
  }
}
