/** A step: the credentials for the repository are in a Secret of the cluster, and nowhere else. */
import {ownLabels} from '../../checks/labels.ts'
import {lookAtObjects, wantedNow} from '../../checks/objects.ts'
import type {ManifestContext, PlatformContext, PlatformStep} from '../../context.ts'
import {KpError} from '../../engine/errors.ts'
import type {KubeObject} from '../../tools/kube-api.ts'
import {applyObjects} from '../../tools/kubectl.ts'
import {encoded} from '../shared/gitops/argo-objects.ts'
import {CREDENTIALS, fluxAddress, repositoryOf, TOOLS, toolOf} from '../shared/gitops/names.ts'
import type {Tool} from '../shared/gitops/names.ts'
import {APPLY_SECRET, liveSecret, SECRET_MANAGER, secretStep} from '../shared/secret-step.ts'
import type {SecretPlace} from '../shared/secret-step.ts'

/** The Secret, as far as kp.yaml says where and for whom it is. */
interface Credentials extends SecretPlace {
  tool: Tool
}

const placeOf = (ctx: ManifestContext): Credentials => {
  const tool = toolOf(ctx) ?? 'argo-cd'
  return {tool, name: CREDENTIALS, namespace: TOOLS[tool].namespace}
}

/** Keeps the Secret by which the tool reads the repository. */
export const credentials: PlatformStep = secretStep<Credentials>({
  id: 'gitops/credentials',
  title: 'Give the tool its credentials',
  verify: ['gitops.credentials'],
  secret: (ctx) => (ctx.spec.phases.gitops.secret === undefined ? 'phases.gitops.secret is not given: the repository is read without credentials' : placeOf(ctx)),
  place: placeOf,
  async probe(ctx, secret) {
    const name = `Secret ${secret.namespace}/${CREDENTIALS}`
    const value = await valueOf(ctx)
    const there = (await liveSecret(ctx, secret)) !== undefined
    if (value === undefined) {
      const {reference} = referenceOf(ctx)
      return there
        ? {state: 'satisfied', observed: `the ${name} is there; ${kindOf(reference)} cannot be read here, so it was not compared`}
        : {state: 'absent', observed: `there is no ${name}`}
    }
    const look = await lookAtObjects(await ctx.cluster(), wantedNow([secretObject(ctx, secret.tool, value)]), {fieldManager: SECRET_MANAGER, cache: ctx.looked})
    if (look.differences.length === 0) return {state: 'satisfied', observed: `the ${name} is as the reference says`}
    return {state: there ? 'drifted' : 'absent', observed: there ? 'the Secret is not as the reference says' : `there is no ${name}`, differences: look.differences}
  },
  plan: (ctx, {namespace}) => ({lines: [`put ${referenceOf(ctx).name} of secrets into the Secret ${namespace}/${CREDENTIALS}`], commands: [APPLY_SECRET]}),
  async apply(ctx, {tool}) {
    const value = await valueOf(ctx)
    const {name, reference} = referenceOf(ctx)
    if (value === undefined) throw new KpError({code: 'CREDENTIALS_MISSING', message: `the secret ${name} (${kindOf(reference)}) cannot be read: the tool could not read the repository`, doing: 'give the tool its credentials', next: [`set what secrets.${name} of kp.yaml refers to, then run the same command again`]})
    await applyObjects(ctx.exec, ctx.access, [secretObject(ctx, tool, value)], {doing: 'give the tool its credentials', fieldManager: SECRET_MANAGER, redact: [value]})
  },
})

/** The Secret as the tool wants it. */
export function secretObject(ctx: Pick<PlatformContext, 'spec' | 'provider' | 'catalog' | 'home' | 'phases'>, tool: Tool, value: string): KubeObject {
  const labels = ownLabels(ctx)
  const url = repositoryOf(ctx)
  const login = toLogin(value)
  const data = tool === 'argo-cd'
    ? {type: 'git', url, ...('key' in login ? {sshPrivateKey: login.key} : login)}
    : 'key' in login ? {identity: login.key, known_hosts: login.knownHosts} : login
  return {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: {
      name: CREDENTIALS,
      namespace: TOOLS[tool].namespace,
      labels: tool === 'argo-cd' ? {...labels, 'argocd.argoproj.io/secret-type': 'repository'} : labels,
      ...(tool === 'flux' ? {annotations: {'kp.dev/repository': fluxAddress(url)}} : {}),
    },
    type: 'Opaque',
    data: encoded(data),
  }
}

/** An SSH key with the lines of known_hosts behind it, `user:token`, or a token alone. */
export function toLogin(value: string): {key: string; knownHosts: string} | {username: string; password: string} {
  const key = /^-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?-----END [A-Z ]*PRIVATE KEY-----/.exec(value)?.[0]
  if (key !== undefined) return {key: `${key}\n`, knownHosts: value.slice(key.length).trim()}
  const colon = value.indexOf(':')
  return colon === -1 ? {username: 'git', password: value} : {username: value.slice(0, colon), password: value.slice(colon + 1)}
}

function referenceOf(ctx: PlatformContext): {name: string; reference: string} {
  const name = ctx.spec.phases.gitops.secret ?? ''
  return {name, reference: ctx.spec.secrets[name] ?? ''}
}

async function valueOf(ctx: PlatformContext): Promise<string | undefined> {
  const read = await ctx.secret(referenceOf(ctx).name)
  return 'value' in read ? read.value : undefined
}

/** `env:GIT_TOKEN` without what may lie behind it. */
function kindOf(reference: string): string {
  return reference.split('#')[0] ?? reference
}
