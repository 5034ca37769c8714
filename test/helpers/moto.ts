/** The emulator of AWS for a test: on loopback, empty, ended with the test. */
import {spawn} from 'node:child_process'
import type {ChildProcess} from 'node:child_process'
import {bringMoto} from '../../scripts/aws/moto.ts'
import {freePort} from './free-port.ts'

/** An emulator that runs. */
export interface Moto {
  url: string
  /** Variables that lead kp, the SDK and terraform to it. */
  env: Record<string, string>
  /** Forgets everything that was made. */
  reset(): Promise<void>
  /** Whether keys and policies count; at first everybody may do everything. */
  holdToPolicies(hold: boolean): Promise<void>
  stop(): Promise<void>
}

/** Starts it. */
export async function startMoto(): Promise<Moto> {
  const program = await bringMoto(process.env)
  const port = await freePort()
  const url = `http://127.0.0.1:${port}`
  // The managed policies are what roles are attached to.
  const child = spawn(program, ['-H', '127.0.0.1', '-p', String(port)], {stdio: 'ignore', env: {...process.env, MOTO_IAM_LOAD_MANAGED_POLICIES: 'true'}})
  await answering(url, child)
  return {
    url,
    env: {
      AWS_ENDPOINT_URL: url,
      AWS_ACCESS_KEY_ID: 'testing',
      AWS_SECRET_ACCESS_KEY: 'testing',
      AWS_EC2_METADATA_DISABLED: 'true',
      AWS_CONFIG_FILE: '/dev/null',
      AWS_SHARED_CREDENTIALS_FILE: '/dev/null',
    },
    async reset() {
      await fetch(`${url}/moto-api/reset`, {method: 'POST'})
    },
    async holdToPolicies(hold) {
      // After so many calls moto begins to ask who calls.
      await fetch(`${url}/moto-api/reset-auth`, {method: 'POST', body: hold ? '0' : '1000000000'})
    },
    stop: () => ended(child),
  }
}

async function answering(url: string, child: ChildProcess): Promise<void> {
  const until = Date.now() + 120_000
  while (Date.now() < until && child.exitCode === null) {
    const answer = await fetch(`${url}/moto-api/`).catch(() => undefined)
    if (answer?.ok === true) return
    await new Promise((resolve) => setTimeout(resolve, 200))
  }
  child.kill('SIGKILL')
  throw new Error(`moto did not answer at ${url}`)
}

function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return Promise.resolve()
  return new Promise((resolve) => {
    child.once('exit', () => resolve())
    child.kill('SIGKILL')
  })
}
