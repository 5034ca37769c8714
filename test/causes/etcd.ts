/** An etcd that is full. */
import {spawn} from 'node:child_process'
import {join} from 'node:path'
import {bringTool} from '../helpers/ansible.ts'
import {freePort} from '../helpers/free-port.ts'
import type {Told} from '../helpers/told.ts'
import type {Machine} from './types.ts'

const VALUE = 'x'.repeat(1 << 20)

/** Starts an etcd that may keep four megabytes, and writes until it refuses. */
export async function etcdFull({folder, tool}: Machine): Promise<Told> {
  const [bin, tools] = [await bringTool('kubernetes', '1.35'), await bringTool('etcd-tools')]
  const [client, peer] = [`http://127.0.0.1:${await freePort()}`, `http://127.0.0.1:${await freePort()}`]
  const etcd = spawn(join(bin, 'etcd'), ['--name=one', `--data-dir=${join(folder, 'full')}`, `--listen-client-urls=${client}`, `--advertise-client-urls=${client}`, `--listen-peer-urls=${peer}`, `--initial-advertise-peer-urls=${peer}`, `--initial-cluster=one=${peer}`, '--quota-backend-bytes=4194304', '--unsafe-no-fsync=true'], {stdio: 'ignore'})
  try {
    for (let index = 0; index < 60; index++) {
      const answer = await fetch(`${client}/v3/kv/put`, {method: 'POST', body: JSON.stringify({key: btoa(`k${index}`), value: btoa(VALUE)})}).catch(() => undefined)
      if (answer === undefined) await new Promise((resolve) => setTimeout(resolve, 500))
      else if (!answer.ok) break
    }
    return await tool(join(tools, 'etcdctl'), [`--endpoints=${client}`, 'put', 'one', 'more'])
  } finally {
    etcd.kill('SIGKILL')
  }
}
