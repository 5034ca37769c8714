/** How the known failures of phase 0 come about. */
import {execFileSync} from 'node:child_process'
import {chmodSync, mkdirSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {selfSigned} from '../helpers/self-signed.ts'
import type {Cause} from './types.ts'

/** Nobody is asked: what is looked at is this machine. */
const KEYS = {AWS_ACCESS_KEY_ID: 'testing', AWS_SECRET_ACCESS_KEY: 'testing', AWS_ENDPOINT_URL: 'http://127.0.0.1:9'}
const CHECK = (id: string): string[] => ['verify', '--check', id]
/** A repository of charts where nobody listens. */
const NOWHERE = 'http://127.0.0.1:9'

/** A program that only says how old it is. */
function oldProgram(folder: string, name: string, says: string): string {
  mkdirSync(folder, {recursive: true})
  writeFileSync(join(folder, name), `#!/bin/sh\necho '${says}'\n`)
  chmodSync(join(folder, name), 0o755)
  return folder
}

export const prerequisitesCauses: Record<string, Cause[]> = {
  KP0001: [{by: 'machine', what: 'terraform is not on the PATH', cause: ({kp, platform, folder}) => kp(platform(), CHECK('prerequisites.tools'), {...KEYS, PATH: oldProgram(join(folder, 'bin'), 'nothing', '')})}],
  KP0002: [{by: 'machine', what: 'the terraform on the PATH is old', cause: ({kp, platform, folder}) => {
    oldProgram(join(folder, 'bin'), 'aws', 'aws-cli/2.31.0 Python/3.13.7 Linux/6.1')
    return kp(platform(), CHECK('prerequisites.tools'), {...KEYS, PATH: oldProgram(join(folder, 'bin'), 'terraform', JSON.stringify({terraform_version: '1.3.0'}))})
  }}],
  KP0003: [{by: 'machine', what: 'the folder is in no Git repository', cause: ({kp, platform}) => kp(platform(), CHECK('prerequisites.repository'), KEYS)}],
  KP0004: [{by: 'machine', what: 'kp.yaml names no owner', cause: ({kp, platform}) => kp(platform({metadata: {name: 'acme'}}), CHECK('prerequisites.owner'), KEYS)}],
  KP0005: [{by: 'machine', what: 'the disk is full', cause: ({kp, platform}) => kp(platform(), ['render', '--yes'], KEYS, {under: 'tmpfs'})}],
  KP0006: [{by: 'machine', what: 'the folder is mounted read-only', cause: ({kp, platform}) => kp(platform(), ['render', '--yes'], KEYS, {under: 'read-only'})}],
  KP0007: [
    {by: 'machine', what: 'nobody is logged in', cause: ({kp, platform}) => kp(platform(), ['plan', '--only', 'networking'])},
    {by: 'cloud', what: 'the keys are nobody\'s', cause: ({kpAs}) => kpAs(undefined, ['plan', '--only', 'networking'])},
  ],
  KP0008: [{by: 'machine', what: 'nobody listens where the charts are', cause: ({tool}) => tool('helm', ['pull', 'cert-manager', '--repo', NOWHERE])}],
  KP0009: [{by: 'machine', what: 'the repository of charts signs for itself', cause: async ({tool, folder}) => {
    const server = await selfSigned(folder)
    try {
      return await tool('helm', ['pull', 'cert-manager', '--repo', server.url])
    } finally {
      await server.close()
    }
  }}],
  KP0010: [{by: 'machine', what: 'a package wants a newer Node.js', cause: ({tool, folder}) => {
    writeFileSync(join(folder, 'package.json'), JSON.stringify({name: 'kp', version: '0.1.0', engines: {node: '>=99'}}))
    return tool('npm', ['install', '--engine-strict', '--dry-run', '--offline', '--no-audit'], {cwd: folder})
  }}],
  KP0011: [{by: 'machine', what: 'the repository is not where kp.yaml says', cause: ({tool, folder}) => tool('git', ['ls-remote', join(folder, 'nowhere.git')])}],
  KP0012: [{by: 'check', check: 'prerequisites.clock'}],
  KP0013: [{by: 'machine', what: 'the public key of the machines is not there', cause: ({tool, folder}) => {
    writeFileSync(join(folder, 'main.tf'), 'resource "terraform_data" "key" {\n  input = file("~/.ssh/nobody.pub")\n}\n')
    return tool('terraform', ['validate', '-no-color'], {cwd: folder})
  }}],
  KP0014: [{by: 'machine', what: 'nothing was rendered from kp.yaml', cause: ({kp, platform}) => {
    const root = platform()
    execFileSync('git', ['init', '-q', root])
    return kp(root, CHECK('prerequisites.repository'), KEYS)
  }}],
}

