/** What stands in the way of an upgrade: planted by an administrator, for tests. */
import {execFileSync} from 'node:child_process'
import {mkdtempSync, readFileSync, rmSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {gzipSync} from 'node:zlib'
import type {TestPlatform} from './platform.ts'

const OLD = 'apiVersion: policy/v1beta1\nkind: PodDisruptionBudget\nmetadata:\n  name: old\n'
/** Name of helm's record of the release. */
const RECORD = 'sh.helm.release.v1.legacy.v1'

/** A certificate that nobody renews, and that ends in five days. */
function endingSecret(): object {
  const folder = mkdtempSync(join(tmpdir(), 'kp-upgrade-cert-'))
  const [key, cert] = [join(folder, 'tls.key'), join(folder, 'tls.crt')]
  execFileSync('openssl', ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-keyout', key, '-out', cert, '-days', '5', '-subj', '/CN=by-hand'], {stdio: 'ignore'})
  const [data, secret] = [readFileSync(cert), readFileSync(key)].map((bytes) => bytes.toString('base64'))
  rmSync(folder, {recursive: true})
  return {apiVersion: 'v1', kind: 'Secret', type: 'kubernetes.io/tls', metadata: {name: 'by-hand', namespace: 'demo'}, data: {'tls.crt': data, 'tls.key': secret}}
}

/** A release that helm can read, of a chart that is gone, with an object of an API that is gone. */
const release = {
  apiVersion: 'v1', kind: 'Secret', type: 'helm.sh/release.v1',
  metadata: {name: RECORD, namespace: 'demo', labels: {owner: 'helm', name: 'legacy', version: '1', status: 'deployed'}},
  data: {release: Buffer.from(gzipSync(JSON.stringify({name: 'legacy', version: 1, info: {status: 'deployed'}, chart: {metadata: {name: 'legacy', version: '1.0.0'}}, manifest: OLD})).toString('base64')).toString('base64')},
}

/**
 * Plants a budget that never lets one go (kube-system/never over Deployment stuck), a release of helm with a removed API (demo/legacy),
 * and a certificate that ends in five days (Secret demo/by-hand).
 */
export async function plantObstacles(platform: TestPlatform): Promise<void> {
  const [labels, container] = [{app: 'stuck'}, {name: 'c', image: 'registry.k8s.io/pause:3.10', resources: {requests: {cpu: '10m', memory: '16Mi'}}}]
  const objects = [
    {apiVersion: 'policy/v1', kind: 'PodDisruptionBudget', metadata: {name: 'never', namespace: 'kube-system'}, spec: {maxUnavailable: 0, selector: {matchLabels: labels}}},
    {apiVersion: 'apps/v1', kind: 'Deployment', metadata: {name: 'stuck', namespace: 'kube-system'}, spec: {replicas: 2, selector: {matchLabels: labels}, template: {metadata: {labels}, spec: {containers: [container]}}}},
    release,
    endingSecret(),
  ]
  for (const object of objects) await platform.kubectl(['apply', '--server-side', '-f', '-'], JSON.stringify(object))
  await platform.kubectl(['-n', 'kube-system', 'rollout', 'status', 'deployment/stuck', '--timeout=90s'])
}

/** Takes away the release and the certificate; the budget has a fix that is printed. */
export async function removeObstacles(platform: TestPlatform): Promise<void> {
  await platform.kubectl(['-n', 'demo', 'delete', 'secret', RECORD, 'by-hand'])
}
