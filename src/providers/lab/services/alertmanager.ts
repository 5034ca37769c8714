/** The real Alertmanager: groups, holds back and routes alerts as the platform's configuration says. */
import {join} from 'node:path'
import {stringify} from 'yaml'
import type {LabService} from './types.ts'

/** What it routes by until the platform's own configuration is brought. */
export const CONFIG_FILE = 'alertmanager.yaml'

export const alertmanager: LabService = {
  name: 'alertmanager',
  title: 'Alertmanager',
  real: 'grouping, inhibition and routing of alerts by severity',
  tool: 'alertmanager',
  answer: {path: '/-/ready', secure: false},
  launch: (place) => ({
    args: [
      `--config.file=${join(place.folder, CONFIG_FILE)}`,
      `--storage.path=${join(place.folder, 'data')}`,
      `--web.listen-address=127.0.0.1:${place.port}`,
      // One copy: nobody to agree with.
      '--cluster.listen-address=',
      '--log.level=warn',
    ],
    env: {GOMEMLIMIT: '256MiB'},
    files: {[CONFIG_FILE]: stringify({route: {receiver: 'null'}, receivers: [{name: 'null'}]})},
  }),
}
