/** The README of a platform repository. */
import type {PlatformContext} from '../context.ts'

/** What the repository is, and what to type. */
export function readme(ctx: Pick<PlatformContext, 'environments' | 'phases'>): string {
  const [first] = ctx.environments
  const name = first?.platform ?? 'platform'
  const several = ctx.environments.length > 1
  const flag = several ? ' --env NAME' : ''
  return `# ${name}

A Kubernetes platform, built and run with kp. \`kp.yaml\` says what it is; all
other files are rendered from it (\`kp render\`) and kept in Git.

| environment | cluster | provider |
| --- | --- | --- |
${ctx.environments.map((spec) => `| ${spec.environment.name} | ${spec.environment.cluster} | ${spec.provider.type} |`).join('\n')}

    kp plan${flag}      what would change, object by object; changes nothing
    kp up${flag}        builds what is not as planned; safe to run again
    kp verify${flag}    proves it
    kp status${flag}    where it stands, and what comes next
    kp explain <phase>  what, why, how, and what can go wrong

- \`clusters/\`: the values and manifests of each environment
- \`runbooks/\`: what to do when something breaks
- \`.kp/\`: journals and kubeconfigs of this machine; not in Git
`
}
