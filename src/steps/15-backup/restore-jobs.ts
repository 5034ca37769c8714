/** The way back of a dump, as a Job template of the repository: never applied by kp. Pure. */
import {stringify} from 'yaml'
import type {ManifestContext, RepositoryFile} from '../../context.ts'
import type {Database} from '../shared/databases.ts'
import {DUMP_PODS, dumped, dumpPod} from './dumps.ts'
import {dumpTool} from './dump-tools.ts'

/** Longest time of a restore. */
const DEADLINE_SECONDS = 4 * 3600

/** The newest dump, or the one that a person names. */
function choose(ending: string): string[] {
  return ['set -euo pipefail', 'DUMP=""  # the name of a file in /dumps; empty for the newest', `FILE="\${DUMP:+/dumps/$DUMP}"`, `FILE="\${FILE:-$(ls -1t /dumps/*.${ending} | head -n 1)}"`, 'echo "dump: $FILE"']
}

/** The Job: checks the dump, restores it, and looks at what is there then. */
export function restoreJob(ctx: Pick<ManifestContext, 'spec'>, database: Database): Record<string, unknown> {
  const {ending, verify, restore, look} = dumpTool(database)
  const script = (...lines: string[]): string => `${[...choose(ending), ...lines].join('\n')}\n`
  return {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: {generateName: `${database.id}-restore-`, namespace: database.namespace},
    spec: {
      backoffLimit: 0,
      activeDeadlineSeconds: DEADLINE_SECONDS,
      ttlSecondsAfterFinished: 7 * 24 * 3600,
      template: {
        metadata: {labels: DUMP_PODS},
        spec: dumpPod(ctx, database, {init: {verify: script('sha256sum --check "$FILE.sha256"', verify), restore: script(restore)}, main: {look: script(look)}}),
      },
    },
  }
}

/** A file for each database that is dumped. */
export function restoreFiles(ctx: Pick<ManifestContext, 'spec'>): RepositoryFile[] {
  const folder = `clusters/${ctx.spec.environment.name}/job-templates`
  return dumped(ctx).map((database) => ({
    path: `${folder}/restore-${database.id}.yaml`,
    text: [
      `# Restores ${database.title} from a dump: runbooks/restore-database.md. All that is in the database now is replaced.`,
      '# 1. Scale down what uses it:  kubectl -n <application> scale deployment <name> --replicas=0',
      `# 2. Restore and verify:       kubectl create -f ${folder}/restore-${database.id}.yaml`,
      `#                              kubectl -n ${database.namespace} logs -f -l app.kubernetes.io/name=database-dumps --all-containers`,
      '# 3. Scale up again:           kubectl -n <application> scale deployment <name> --replicas=<copies>',
      stringify(restoreJob(ctx, database), {lineWidth: 0}),
    ].join('\n'),
  }))
}
