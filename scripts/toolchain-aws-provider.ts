// npm run toolchain:aws-provider: builds terraform's AWS provider into kp's cache (half an hour on two free cores, 4 GB of
// memory, 5 GB of disk), and brings moto, the emulator of AWS, for the tests. It can be stopped at any time; the next run goes
// on. `nice` it where others need the machine.
import {bringMoto} from './aws/moto.ts'
import {bringProvider, hasProvider, layMirror} from './aws/provider.ts'

const stop = new AbortController()
for (const name of ['SIGINT', 'SIGTERM'] as const) process.once(name, () => stop.abort())

const started = Date.now()
let said = ''
if (!(await hasProvider(process.env))) {
  await bringProvider(
    process.env,
    ({tool, version, phase, percent, line}) => {
      const text = `${tool} ${version}: ${phase === 'wait' ? line : `${phase}${percent === undefined ? '' : ` ${percent}%`}`}`
      if (text === said) return
      said = text
      console.log(`${String(Math.round((Date.now() - started) / 1000)).padStart(5)} s  ${text}`)
    },
    stop.signal,
  )
}
console.log(`filesystem_mirror for terraform: ${await layMirror(process.env)}`)
console.log(`moto: ${await bringMoto(process.env)}`)
