/** Where kp itself is. */
import {fileURLToPath} from 'node:url'

/** kp's own folder: `lab/`, `templates/`, `schemas/`. The same from `src/` and from the chunks in `dist/`. */
export const HOME = fileURLToPath(new URL('..', import.meta.url))

/** The path of a program of kp's own that a Node runs: beside the sources where these run, else in `dist/`. */
export function ownProgram(name: string): string {
  const sources = import.meta.url.endsWith('.ts')
  return fileURLToPath(new URL(sources ? `../src/${name}.ts` : `../dist/${name}.js`, import.meta.url))
}
