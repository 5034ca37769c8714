/** AWS Backup before an emulator that knows its vaults and plans, but no selections and no recovery points: those are answered here, as AWS describes them. */
import {randomUUID} from 'node:crypto'
import {createServer} from 'node:http'
import type {IncomingMessage} from 'node:http'
import type {AddressInfo} from 'node:net'

/** What the stand-in has seen. */
export interface BackupApi {
  /** Selections of resources that are there. */
  selections: Map<string, {BackupPlanId: string; BackupSelection: Record<string, unknown>}>
  /** The variable that leads the SDK to it. */
  env: {AWS_ENDPOINT_URL_BACKUP: string}
  /** Asks the API as the SDK does, but for a signature: no emulator looks at it. */
  ask(path: string): Promise<Record<string, unknown>>
  stop(): void
}

/** Whose API a request is for stands in its credentials. */
const AUTHORIZATION = 'AWS4-HMAC-SHA256 Credential=testing/20261129/eu-central-1/backup/aws4_request, SignedHeaders=host, Signature=none'

/** Starts it before an emulator. */
export async function startBackupApi(emulator: string): Promise<BackupApi> {
  const selections: BackupApi['selections'] = new Map()
  const answer = async (request: IncomingMessage): Promise<{status: number; body: string}> => {
    const {method = 'GET', url = '/', headers} = request
    const body = await textOf(request)
    const path = url.replace(/\?.*$/, '').replace(/\/$/, '')
    const [, plan, id] = /^\/backup\/plans\/([^/]+)\/selections(?:\/([^/]+))?$/.exec(path) ?? []
    if (plan !== undefined) return select({method, plan, id, body})
    if (/^\/backup-vaults\/[^/]+\/recovery-points$/.test(path)) return {status: 200, body: JSON.stringify({RecoveryPoints: []})}
    // Without the slash at the end it finds no tags.
    const where = method === 'GET' && path.startsWith('/tags/') ? `${path}/` : url
    const passed = await fetch(emulator + where, {method, headers: {authorization: headers.authorization ?? '', 'content-type': headers['content-type'] ?? 'application/json'}, ...(body === '' ? {} : {body})})
    return {status: passed.status, body: await passed.text()}
  }
  const select = ({method, plan, id, body}: {method: string; plan: string; id: string | undefined; body: string}): {status: number; body: string} => {
    if (method === 'PUT') {
      const {BackupSelection} = JSON.parse(body) as {BackupSelection: Record<string, unknown>}
      const SelectionId = randomUUID()
      selections.set(SelectionId, {BackupPlanId: plan, BackupSelection})
      return {status: 200, body: JSON.stringify({SelectionId, BackupPlanId: plan, CreationDate: 1})}
    }
    const known = selections.get(id ?? '')
    if (known === undefined || known.BackupPlanId !== plan) return {status: 400, body: JSON.stringify({__type: 'ResourceNotFoundException', Message: 'Cannot find Backup selection'})}
    if (method === 'DELETE') return {status: 204, body: (selections.delete(id ?? ''), '')}
    return {status: 200, body: JSON.stringify({...known, SelectionId: id, CreationDate: 1})}
  }
  const server = createServer((request, response) => {
    answer(request).then(
      ({status, body}) => response.writeHead(status, {'content-type': 'application/json'}).end(body),
      (error: unknown) => response.writeHead(500).end(String(error)),
    )
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  return {
    selections,
    env: {AWS_ENDPOINT_URL_BACKUP: url},
    ask: async (path) => (await (await fetch(url + path, {headers: {authorization: AUTHORIZATION}})).json()) as Record<string, unknown>,
    stop: () => (server.closeAllConnections(), void server.close()),
  }
}

async function textOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks).toString()
}
