/** The playbook and the roles, as templates/ansible has them. */
import {readdirSync, readFileSync} from 'node:fs'
import {join} from 'node:path'

/** A file by its path below the folder. */
export interface AnsibleFile {
  path: string
  text: string
}

/** The playbook that makes a cluster, and the one that only looks at the hosts. */
export const PLAYBOOKS = {site: 'site.yml', preflight: 'preflight.yml'} as const

/** A playbook by name. */
export type PlaybookName = keyof typeof PLAYBOOKS

/** All files by their path below `templates/ansible`. Reads kp's own templates alone. */
export function ansibleFiles(home: string): AnsibleFile[] {
  const folder = join(home, 'templates', 'ansible')
  return readdirSync(folder, {recursive: true, withFileTypes: true})
    .filter((entry) => entry.isFile() && !entry.name.endsWith('.pyc'))
    .map((entry) => join(entry.parentPath, entry.name))
    .map((path) => ({path: path.slice(folder.length + 1).replaceAll('\\', '/'), text: readFileSync(path, 'utf8')}))
    .toSorted((a, b) => (a.path < b.path ? -1 : 1))
}
