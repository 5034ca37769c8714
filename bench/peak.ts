/** The peak memory of a process that runs. */
import {readFileSync} from 'node:fs'

const EVERY_MS = 50

/** Looks at the peak of a process again and again; the kernel forgets it when the process ends. Linux only. @returns what was seen, in megabytes */
export function watchPeak(pid: number): () => number {
  let peak = NaN
  const timer = setInterval(() => {
    try {
      const [, kilobytes] = /^VmHWM:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? []
      if (kilobytes !== undefined) peak = Number(kilobytes) / 1024
    } catch {
      // it has ended
    }
  }, EVERY_MS)
  return () => {
    clearInterval(timer)
    return peak
  }
}
