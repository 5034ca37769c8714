/** Entry of kp's own programs that run beside a lab's control plane: `process.js NAME LAB-FOLDER FOLDER PORT [FURTHER=PORT…]`. */
import {systemClock} from '../../../engine/clock.ts'

const [name = '', lab = '', folder = '', port = '', ...further] = process.argv.slice(2)
const stopped = new AbortController()
process.on('SIGTERM', () => stopped.abort())

const settings = {lab, folder, port: Number(port), more: Object.fromEntries(further.map((one) => one.split('=')).map(([key = '', value]) => [key, Number(value)])), clock: systemClock, signal: stopped.signal, log: (line: string): void => void process.stdout.write(`${new Date().toISOString()} ${line}\n`)}
if (name === 'prometheus-rules') await (await import('./rules-loader.ts')).loadRules(settings)
else if (name === 'front-door') await (await import('./front-door/run.ts')).runFrontDoor(settings)
else throw new Error(`there is no program ${name}`)
