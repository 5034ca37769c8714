/** Makes a lab in a process of its own, to be killed: make-lab.ts STATE_DIR CACHE_DIR NAME. */
import {systemClock} from '../../src/engine/clock.ts'
import {createLabs} from '../../src/providers/lab/labs.ts'
import {createExec} from '../../src/tools/exec.ts'

const [stateDir = '', cacheDir = '', name = ''] = process.argv.slice(2)
const exec = createExec({env: process.env, emit: () => undefined, redact: (text) => text, signal: new AbortController().signal, findTool: async (tool) => tool})
await createLabs({stateDir, cacheDir, exec, clock: systemClock, env: process.env}).create({name, kubernetesMinor: '1.36', podCidr: '10.244.0.0/16', serviceCidr: '10.96.0.0/12', webhooks: false})
