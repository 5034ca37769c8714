/** Chooses ports for a lab. */
import {randomInt} from 'node:crypto'
import {createServer} from 'node:net'
import {KpError} from '../../engine/errors.ts'

/** The ports of a lab, all on 127.0.0.1. */
export interface LabPorts {
  apiserver: number
  etcd: number
  etcdPeer: number
  controllerManager: number
  scheduler: number
  kwok: number
}

/** Below the range from which systems take the ports of outgoing connections, so that a stopped lab finds its ports free again. */
const FIRST = 15_000
const LAST = 32_000
const TRIES = 500

/**
 * Chooses ports that are free now and not in use by another lab.
 * @param taken ports of other labs, also of stopped ones
 * @throws KpError LAB_FAILED where there are none
 */
export async function choosePorts(taken: ReadonlySet<number>): Promise<LabPorts> {
  const chosen = await freePorts(6, taken)
  const [apiserver, etcd, etcdPeer, controllerManager, scheduler, kwok] = chosen
  if (apiserver === undefined || etcd === undefined || etcdPeer === undefined || controllerManager === undefined || scheduler === undefined || kwok === undefined) {
    throw new KpError({code: 'LAB_FAILED', message: `no six free ports between ${FIRST} and ${LAST} were found on 127.0.0.1`})
  }
  return {apiserver, etcd, etcdPeer, controllerManager, scheduler, kwok}
}

/**
 * One more port, for what runs beside the control plane.
 * @throws KpError LAB_FAILED where there is none
 */
export async function choosePort(taken: ReadonlySet<number>): Promise<number> {
  const [port] = await freePorts(1, taken)
  if (port === undefined) throw new KpError({code: 'LAB_FAILED', message: `no free port between ${FIRST} and ${LAST} was found on 127.0.0.1`})
  return port
}

async function freePorts(count: number, taken: ReadonlySet<number>): Promise<number[]> {
  const chosen: number[] = []
  for (let tries = 0; chosen.length < count && tries < TRIES; tries += 1) {
    const port = randomInt(FIRST, LAST)
    if (!taken.has(port) && !chosen.includes(port) && (await isFree(port))) chosen.push(port)
  }
  return chosen
}

/** Whether nobody listens on the port of 127.0.0.1. */
export function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer()
    server.once('error', () => resolve(false))
    server.listen({port, host: '127.0.0.1', exclusive: true}, () => server.close(() => resolve(true)))
  })
}
