/** How far an installation is. */

/** One line of progress of one tool. */
export interface Progress {
  tool: string
  version: string
  phase: 'wait' | 'download' | 'build'
  /** Absent where it cannot be told. */
  percent?: number
  line: string
}
