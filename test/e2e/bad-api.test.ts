/** What kp says of an API server that refuses, is busy, is none, or is not there. Provider `existing`, a server of the test. */
import {writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {expect, test} from 'vitest'
import {freePort} from '../helpers/free-port.ts'
import {serve} from '../helpers/http.ts'
import {kpEnvironment, startKp} from '../helpers/run-kp.ts'
import type {KpResult} from '../helpers/run-kp.ts'
import {tempFolder} from '../helpers/temp.ts'

async function ask(server: string, ...args: string[]): Promise<KpResult> {
  const folder = tempFolder()
  writeFileSync(join(folder, 'kp.yaml'), 'apiVersion: kp.dev/v1alpha1\nkind: Platform\nmetadata: {name: demo}\nprovider: {type: existing, kubeconfig: kubeconfig}\nenvironments: [{name: main, cluster: demo, issuer: internal-ca}]\n')
  writeFileSync(join(folder, 'kubeconfig'), JSON.stringify({apiVersion: 'v1', kind: 'Config', 'current-context': 'x', clusters: [{name: 'x', cluster: {server}}], users: [{name: 'x', user: {}}], contexts: [{name: 'x', context: {cluster: 'x', user: 'x'}}]}))
  return startKp([...args, '--json'], kpEnvironment(join(folder, 'state')), {cwd: folder, timeoutMs: 60_000}).done
}

test.each([
  ['knows nobody', 401, '{"message":"Unauthorized"}', 'CREDENTIALS_MISSING', 4, 'does not know the credentials'],
  ['forbids', 403, '{"reason":"Forbidden","message":"no"}', 'API_ERROR', 5, '403 Forbidden'],
  ['is busy for long', 503, '{"reason":"ServiceUnavailable"}', 'API_ERROR', 5, '503'],
  ['is a login page', 200, '<html>please log in</html>', 'API_ERROR', 5, 'is no Kubernetes API server'],
])('the API server %s', async (_, status, body, code, exit, said) => {
  const {url} = await serve((_request, response) => void response.writeHead(status).end(body))
  const result = await ask(url, 'plan')
  expect(result.exit).toBe(exit)
  expect(result.json()).toMatchObject({code, message: expect.stringContaining(said) as string})
})

test('the API server is not there', async () => {
  const port = await freePort()
  const result = await ask(`http://127.0.0.1:${port}`, 'plan')
  expect(result.exit).toBe(5)
  expect(result.json()).toMatchObject({code: 'CLUSTER_UNREACHABLE', next: expect.arrayContaining(['kp doctor']) as string[]})
})

test('doctor does not take a login page for a ready API server', async () => {
  const {url} = await serve((_request, response) => void response.end('<html>please log in</html>'))
  const {checks} = (await ask(url, 'doctor')).json<{checks: {id: string; status: string}[]}>()
  expect(checks.find(({id}) => id === 'control-plane.readyz')?.status).toBe('fail')
})
