/** An S3 object store on loopback that keeps its objects in a folder of the lab. */
import {randomBytes} from 'node:crypto'
import {existsSync, readFileSync} from 'node:fs'
import {mkdir, writeFile} from 'node:fs/promises'
import {join} from 'node:path'
import type {LabService, ServicePlace} from './types.ts'

/** The region that it says it is in: whoever signs a request must name the same. */
export const STORE_REGION = 'us-east-1'

export const objectStore: LabService = {
  name: 'object-store',
  title: 'an S3 object store',
  real: 'buckets, objects and credentials that are checked',
  tool: 'versitygw',
  answer: {path: '/health', secure: false},
  async prepare(place) {
    await mkdir(dataFolder(place), {recursive: true, mode: 0o700})
    await mkdir(join(place.folder, 'attributes'), {recursive: true, mode: 0o700})
    if (!existsSync(credentialsFile(place))) await writeFile(credentialsFile(place), newCredentials(), {mode: 0o600})
  },
  launch(place) {
    const {id, key} = readCredentials(place)
    return {
      args: ['--port', `127.0.0.1:${place.port}`, '--region', STORE_REGION, '--health', '/health', '--quiet', 'posix', '--sidecar', join(place.folder, 'attributes'), dataFolder(place)],
      env: {ROOT_ACCESS_KEY_ID: id, ROOT_SECRET_ACCESS_KEY: key},
    }
  },
}

/** The store's key in the form of AWS' credentials files, readable by its owner alone; made at the first start. */
export function credentialsFile(place: ServicePlace): string {
  return join(place.folder, 'credentials')
}

/** The folder of a bucket; a folder there is a bucket. */
export function bucketFolder(place: ServicePlace, bucket: string): string {
  return join(dataFolder(place), bucket)
}

function dataFolder(place: ServicePlace): string {
  return join(place.folder, 'buckets')
}

function newCredentials(): string {
  return `[default]\naws_access_key_id = ${randomBytes(10).toString('hex').toUpperCase()}\naws_secret_access_key = ${randomBytes(24).toString('base64url')}\n`
}

function readCredentials(place: ServicePlace): {id: string; key: string} {
  const text = existsSync(credentialsFile(place)) ? readFileSync(credentialsFile(place), 'utf8') : ''
  const field = (name: string): string => new RegExp(String.raw`^${name}\s*=\s*(\S+)`, 'm').exec(text)?.[1] ?? ''
  return {id: field('aws_access_key_id'), key: field('aws_secret_access_key')}
}
