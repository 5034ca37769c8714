/** What programs of kp's own beside a lab share. */
import {basename, join} from 'node:path'
import type {Clock} from '../../../engine/clock.ts'
import {labLayout} from '../layout.ts'
import type {LabLayout} from '../layout.ts'

/** What a program of kp's own beside a lab is given. */
export interface ProcessSettings {
  /** The lab's folder. */
  lab: string
  /** The service's own folder. */
  folder: string
  port: number
  /** Its further ports. */
  more: Record<string, number>
  clock: Clock
  signal: AbortSignal
  log(line: string): void
}

/** The layout of the lab in a folder `<state>/labs/<name>`. */
export function layoutAt(lab: string): LabLayout {
  return labLayout(join(lab, '..', '..'), basename(lab))
}
