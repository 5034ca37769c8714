/** Where kp itself is. */
import {fileURLToPath} from 'node:url'

/** kp's own folder: `lab/`, `templates/`, `schemas/`. The same from `src/` and from the chunks in `dist/`. */
export const HOME = fileURLToPath(new URL('..', import.meta.url))

/** A program of kp's own that a Node runs, by its path below `src/`: beside the sources where these run, else in `dist/`. */
export function ownProgram(path: string): string {
  const file = import.meta.url.endsWith('.ts') ? `src/${path}.ts` : `dist/${path}.js`
  return fileURLToPath(new URL(`../${file}`, import.meta.url))
}
