/** The real Velero server: backups and restores of objects; only the data of volumes is simulated. */
import {mkdir, rm, symlink} from 'node:fs/promises'
import {join} from 'node:path'
import {credentialsFile} from './object-store.ts'
import {servicePlace} from './record.ts'
import type {LabService, ServicePlace} from './types.ts'

/** Namespace of the Deployment in whose place the server works, and of its objects. */
const NAMESPACE = 'velero'
const PLUGIN = 'velero-plugin-for-aws'

export const velero: LabService = {
  name: 'velero',
  title: 'the Velero server',
  real: 'backups, schedules and restores of objects, with their states and errors',
  tool: 'velero',
  plugins: [PLUGIN],
  answer: {path: '/metrics', secure: false},
  async prepare(place) {
    await mkdir(join(place.folder, 'tmp'), {recursive: true, mode: 0o700})
  },
  // Its plugins are programs of their own: by this path they are found as the lab's.
  async linkPlugins(place, programs) {
    const folder = pluginFolder(place)
    await rm(folder, {recursive: true, force: true})
    await mkdir(folder, {recursive: true})
    for (const program of programs) await symlink(program, join(folder, program.split('/').at(-1) ?? PLUGIN))
  },
  launch: (place, {snapshots}) => ({
    args: [
      '--namespace', NAMESPACE,
      // With it, each backup asks for the kinds of snapshots, and is partially failed where there are none.
      ...(snapshots ? ['--features', 'EnableCSI'] : []),
      'server',
      '--plugin-dir', pluginFolder(place),
      '--metrics-address', `127.0.0.1:${place.port}`,
      '--profiler-address', '',
      '--store-validation-frequency', '10s',
      '--backup-sync-period', '10s',
      '--item-operation-sync-frequency', '2s',
      // A snapshot is looked at each 5 seconds: one after the other that is a minute for ten volumes.
      '--item-block-worker-count', '8',
    ],
    env: {
      // Not as a flag: the plugins that it starts of itself read it here.
      KUBECONFIG: place.lab.adminKubeconfig,
      HOME: place.folder,
      TMPDIR: join(place.folder, 'tmp'),
      // For a storage location that names no Secret of its own.
      AWS_SHARED_CREDENTIALS_FILE: credentialsFile(servicePlace(place.lab, 'object-store', 0)),
      GOMEMLIMIT: '1GiB',
    },
  }),
}

function pluginFolder(place: ServicePlace): string {
  return join(place.folder, 'plugins')
}
