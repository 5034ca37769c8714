/** Ends the labs of a test, and proves that nothing of them is left. */
import {existsSync, readFileSync, readdirSync} from 'node:fs'
import {join} from 'node:path'
import {kpEnvironment, startKp} from './run-kp.ts'

/** Ends all labs of a state folder. @throws Error where a process or a folder of them is left */
export async function endLabs(stateDir: string): Promise<void> {
  const down = await startKp(['lab', 'down', '--all', '--yes'], kpEnvironment(stateDir)).done
  const left = [...processesUnder(stateDir), ...(existsSync(join(stateDir, 'labs')) ? readdirSync(join(stateDir, 'labs')) : [])]
  if (down.exit !== 0 || left.length > 0) throw new Error(`kp lab down --all ended with ${down.exit}; left: ${left.join(', ') || 'nothing'}\n${down.stdout}\n${down.stderr}`)
}

/** Processes whose command line names the folder: `pid command`. Linux only; elsewhere `[]`. */
export function processesUnder(folder: string): string[] {
  if (process.platform !== 'linux') return []
  return readdirSync('/proc').flatMap((pid) => {
    if (!/^\d+$/.test(pid) || Number(pid) === process.pid) return []
    try {
      const command = readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0').join(' ').trim()
      return command.includes(folder) ? [`${pid} ${command.slice(0, 200)}`] : []
    } catch {
      return []
    }
  })
}
