/** The front door: requests from outside reach the routes of the cluster. */
import {ownArguments} from './own-program.ts'
import type {LabService} from './types.ts'

export const frontDoor: LabService = {
  name: 'front-door',
  title: 'the front door',
  real: 'requests from outside: routes, endpoints, certificates, and the metrics that objectives are measured by',
  tool: 'node',
  answer: {path: '/healthz', secure: false},
  morePorts: ['https', 'http'],
  launch: (place) => ({args: ownArguments(place)}),
}
