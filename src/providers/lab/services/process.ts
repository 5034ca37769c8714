/** Entry of kp's own programs that run beside a lab's control plane: `process.js NAME LAB-FOLDER FOLDER PORT`. */
import {systemClock} from '../../../engine/clock.ts'

const [name = '', lab = '', folder = '', port = ''] = process.argv.slice(2)
const stopped = new AbortController()
process.on('SIGTERM', () => stopped.abort())

const settings = {lab, folder, port: Number(port), clock: systemClock, signal: stopped.signal, log: (line: string): void => void process.stdout.write(`${new Date().toISOString()} ${line}\n`)}
if (name === 'prometheus-rules') await (await import('./rules-loader.ts')).loadRules(settings)
else throw new Error(`there is no program ${name}`)
