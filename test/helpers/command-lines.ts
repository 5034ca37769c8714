/** Looks at the command line of every process of the machine, again and again. Linux only. */
import {readFileSync, readdirSync} from 'node:fs'
import {setTimeout as sleep} from 'node:timers/promises'

/** What was seen. */
export interface CommandLines {
  /** Every command line that was seen at least once. */
  seen: string[]
  /** Names of the programs among them. */
  programs: string[]
  looks: number
  stop(): Promise<void>
}

const EVERY_MS = 20

/** Begins to look. On other systems nothing is seen. */
export function watchCommandLines(): CommandLines {
  const seen = new Set<string>()
  const result: CommandLines = {
    seen: [],
    programs: [],
    looks: 0,
    async stop() {
      stopped = true
      await looking
      result.seen = [...seen]
      result.programs = [...new Set(result.seen.map((line) => line.split('\0')[0]?.split('/').at(-1) ?? ''))]
    },
  }
  let stopped = process.platform !== 'linux'
  const look = async (): Promise<void> => {
    while (!stopped) {
      for (const pid of readdirSync('/proc')) {
        if (!/^\d+$/.test(pid)) continue
        try {
          seen.add(readFileSync(`/proc/${pid}/cmdline`, 'utf8'))
        } catch {
          // it ended meanwhile
        }
      }
      result.looks++
      await sleep(EVERY_MS)
    }
  }
  const looking = look()
  return result
}
