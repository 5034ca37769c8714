/** Finds what is wrong with the repository itself, by what its checks saw, and a cluster that does not name it. Pure. */
import type {Facts, Sighting} from '../../engine/facts.ts'

/** KP2001: files with a Secret in plain text. The files alone are named, never what is in them. */
export function findPlainSecrets(facts: Facts): Sighting[] {
  const seen = facts.checks.filter(({id}) => id === 'deliverables.no-plain-secrets').flatMap(({observed, evidence}) => (evidence.length > 0 ? evidence : [observed]))
  const found = seen.flatMap((line) => {
    const [, path, what] = /^(\S+?)(?::\d+)? (holds Secret .+|looks like .+)$/.exec(line) ?? []
    return path === undefined || what === undefined ? [] : [{path, line}]
  })
  return [...Map.groupBy(found, ({path}) => path)].map(([path, group]) => ({
    object: {kind: 'File', name: path},
    evidence: group.map(({line}) => line),
    values: {file: path},
    fix: [
      {text: 'It counts as known to whoever reads the repository: make a new one where it comes from, and let the old one expire.'},
      {text: 'Take the file out of Git.', command: `git rm --cached --ignore-unmatch -- ${quoted(path)}`},
      {text: 'Put it aside, where Git does not look; the cluster keeps what it has.', command: `install -D -m 600 ${quoted(path)} ${quoted(`.kp/aside/${path.replaceAll('/', '-')}`)} && rm ${quoted(path)}`},
      {text: 'Keep it sealed from now on (kubeseal, SOPS), or name a reference in secrets of kp.yaml.', command: 'kp explain secrets'},
      {text: 'Where the repository is shared, clean its history too: git filter-repo.'},
    ],
  }))
}

function quoted(path: string): string {
  return /^[\w./-]+$/.test(path) ? path : `'${path.replaceAll("'", String.raw`'\''`)}'`
}

/** KP2008: a cluster that knows its platform, and not its repository. */
export function findUnknownRepository(facts: Facts): Sighting[] {
  const here = (name: string): boolean => facts.get('ConfigMap', name, 'kube-system') !== undefined
  if (!facts.phases.includes('deliverables') || !facts.seen('ConfigMap') || !here('kp-platform') || here('kp-repository')) return []
  return [{object: {kind: 'ConfigMap', name: 'kp-repository', namespace: 'kube-system'}, evidence: ['ConfigMap kube-system/kp-repository does not exist: nobody who meets this cluster at night knows where its kp.yaml is']}]
}
