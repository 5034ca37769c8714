/** What a way to build a tool is given. */
import type {Exec} from '../../engine/types.ts'
import type {Tool} from './catalog.ts'
import type {Progress} from './progress.ts'

/** What a build needs. */
export interface BuildInput {
  tool: Tool
  /** An empty folder that gets the programs. */
  folder: string
  exec: Exec
  onProgress: (progress: Progress) => void
}
