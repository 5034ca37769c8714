/** How Node is told to run a program of kp's own beside a lab. */
import {ownProgram} from '../../../tools/toolchain/paths.ts'
import type {ServicePlace} from './types.ts'

/** Its arguments. */
export function ownArguments({lab, name, folder, port, more}: ServicePlace): string[] {
  return ['--max-old-space-size=64', ownProgram('providers/lab/services/process'), name, lab.folder, folder, String(port), ...Object.entries(more).map(([key, value]) => `${key}=${value}`)]
}
