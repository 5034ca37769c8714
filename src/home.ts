/** Where kp itself is. */
import {fileURLToPath} from 'node:url'

/** kp's own folder: `lab/`, `templates/`, `schemas/`. The same from `src/` and from the chunks in `dist/`. */
export const HOME = fileURLToPath(new URL('..', import.meta.url))
