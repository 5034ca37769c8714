/** What is wrong with a kp.yaml that is not a text yet: the same findings as for a file, without lines. */
import {fillEnvironment} from './fill.ts'
import {check, type Problem} from './issues.ts'
import {mergeEnvironment} from './merge.ts'
import {applyRules, plainSecretRules, platformRules} from './rules.ts'
import {bodySchema, platformSchema} from './schema/platform.ts'
import {withEnvironments} from './validate.ts'

/** Everything that is wrong or doubtful; what an environment overrides is told by its place in the shared sections. */
export function findProblems(value: unknown): Problem[] {
  const secrets = plainSecretRules(value)
  const base = check(platformSchema, value)
  if ('problems' in base) return [...secrets, ...base.problems]
  const spec = withEnvironments(base.data)
  const found = spec.environments.flatMap((entry) => {
    const merged = mergeEnvironment(spec, entry)
    const body = check(bodySchema, merged.body)
    return [...merged.problems, ...('problems' in body ? body.problems : applyRules(fillEnvironment(spec, entry, body.data), body.data))]
  })
  return [...secrets, ...platformRules(spec), ...found]
}
