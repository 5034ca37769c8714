/** The files of new things. What a person has to write is marked with TODO; all of it compiles and holds the surface tests as it is. */
import {camel, title} from './names.ts'
import type {PhaseFolder} from './names.ts'

const head = (text: string): string => `/** ${text} */\n`

/** about.ts of a phase. */
export function aboutText({id, number}: PhaseFolder): string {
  return `${head(`What, why and how of phase ${number}.`)}import type {Phase} from '../../engine/types.ts'

export const about: Pick<Phase, 'id' | 'number' | 'title' | 'what' | 'why' | 'how'> = {
  id: '${id}',
  number: ${number},
  title: '${title(id)}',
  what: 'TODO: what the ${id} phase is, in one or two sentences.',
  why: 'TODO: why a platform needs the ${id} phase.',
  how: [
    'TODO: what kp builds for ${id}, and what phases.${id} of kp.yaml chooses.',
    'TODO: how its parts work together, and with those of other phases.',
    'TODO: what a person should know of it: passwords, ports, what is not done.',
    'Verify: \`kp verify ${id}\`. TODO: what it looks at, and how to look by hand.',
  ],
}
`
}

/** phase.ts of a phase. */
export function phaseText({id, number}: PhaseFolder): string {
  return `${head(`Phase ${number}: TODO.`)}import type {PlatformPhase} from '../../context.ts'
import {about} from './about.ts'
import {checks} from './checks.ts'
import {pitfalls} from './pitfalls.ts'
import {namespace} from './steps.ts'

export const ${camel(id)}: PlatformPhase = {
  ...about,
  appliesTo: (ctx) => (ctx.spec.phases${access(id)}.enabled ? true : 'phases.${id}.enabled is false'),
  dependsOn: () => ['node-pools', 'cni'],
  steps: () => [namespace],
  checks,
  pitfalls,
}
`
}

/** steps.ts of a phase. */
export function stepsText({id, number}: PhaseFolder): string {
  return `${head(`Steps of phase ${number}.`)}import {namespaceObject} from '../shared/namespace.ts'
import {manifestSet} from '../shared/manifest-set.ts'
import {NAMESPACE} from './names.ts'

/** Where everything of the phase lives. */
export const namespace = manifestSet({
  id: '${id}/namespace',
  title: 'Make the namespace ${id}',
  verify: ['${id}.namespace'],
  objects: (ctx) => [namespaceObject(ctx, NAMESPACE, 'restricted')].filter((object) => object !== undefined),
})
`
}

/** names.ts of a phase. */
export function namesText({id, number}: PhaseFolder): string {
  return `${head(`Names that steps and checks of phase ${number} share.`)}
/** Namespace of everything. */
export const NAMESPACE = '${id}'
`
}

/** checks.ts of a phase. */
export function checksText({id, number}: PhaseFolder, code: string): string {
  return `${head(`Checks of phase ${number}.`)}import {check, verdict} from '../../checks/builders.ts'
import type {PlatformCheck} from '../../context.ts'
import {NAMESPACE} from './names.ts'

export const checks: PlatformCheck[] = [
  check({
    id: '${id}.namespace',
    title: 'The namespace ${id} is there',
    pitfalls: ['${code}'],
    async run(ctx) {
      const found = await (await ctx.cluster()).get('v1', 'Namespace', NAMESPACE)
      return verdict(found === undefined ? [\`there is no namespace \${NAMESPACE}\`] : [], 'it is there', 'kp step ${id} makes it')
    },
  }),
]
`
}

/** pitfalls.ts of a phase. */
export function pitfallsText({id, number}: PhaseFolder, code: string): string {
  return `${head(`Known failures of phase ${number}.`)}import type {Pitfall} from '../../engine/types.ts'

export const pitfalls: Pitfall[] = [
${indent(pitfallBody(id, code, 'namespace', `${id}.namespace`, false))},
]
`
}

/** src/commands/step/NAME.ts */
export function commandText({folder}: PhaseFolder): string {
  return `import {stepCommand} from '../../step-command.ts'
import {about} from '../../${folder.replace('src/', '')}/about.ts'

export default stepCommand(about)
`
}

/** A step in a file of its own. */
export function stepText({id}: PhaseFolder, name: string): string {
  return `${head(`TODO: what the step is for.`)}import {manifestSet} from '../shared/manifest-set.ts'

/** TODO: a sentence; most steps are a builder of ../shared with a few values. */
export const ${camel(name)} = manifestSet({
  id: '${id}/${name}',
  title: 'Make ${name.replaceAll('-', ' ')}',
  // TODO: verify: ['${id}.…'], the check that proves it.
  objects: () => [{apiVersion: 'v1', kind: 'ConfigMap', metadata: {name: 'kp-${id}-${name}', namespace: 'kube-system'}, data: {todo: 'what the step keeps'}}],
})
`
}

/** A check in a file of its own. */
export function checkText({id}: PhaseFolder, name: string, code: string): string {
  return `${head('TODO: what the check looks at.')}import {check, verdict} from '../../checks/builders.ts'

/** TODO: a sentence. */
export const ${camel(name)}Check = check({
  id: '${id}.${name}',
  // A sentence that is true when it passes.
  title: '${title(name)} is as kp.yaml wants it',
  pitfalls: ['${code}'],
  // TODO: simulated, where the lab wrote what it reads; within, for what becomes true after a while.
  async run(ctx) {
    const cluster = await ctx.cluster()
    const namespaces = await cluster.listKnown('v1', 'Namespace')
    return verdict(namespaces.length === 0 ? ['TODO: the complaint'] : [], 'TODO: what was seen', 'TODO: what is expected')
  },
})
`
}

/** A pitfall in a file of its own. */
export function pitfallText({id}: PhaseFolder, name: string, code: string, confirmBy: string, ofCheck: boolean): string {
  return `${head('TODO: what goes wrong.')}import type {Pitfall} from '../../engine/types.ts'

export const ${camel(name)}Pitfall: Pitfall = ${pitfallBody(id, code, name, confirmBy, !ofCheck)}
`
}

function pitfallBody(id: string, code: string, name: string, confirmBy: string, byOutput: boolean): string {
  return `{
  code: '${code}',
  title: '${title(name)} of ${id} is not as it should be',
  symptom: 'TODO: what a person sees of ${code}.',
  cause: 'TODO: why ${code} happens.',
  match: [${byOutput ? `{output: /TODO: what the tool says about ${code}/}` : `{check: '${confirmBy}'}`}],
  fix: [
    {text: 'TODO: what to look at for ${code}.', command: 'kp verify ${id}'},
    {text: 'Put it right.', command: 'kp step ${id}'},
  ],
  confirmBy: '${confirmBy}',
  source: 'TODO: where it is documented',
}`
}

/** The captured output that triggers a pitfall. */
export function captureText(code: string): string {
  return `# documented: todo: put the output of the tool here, and where it comes from\nTODO: what the tool says about ${code}\n`
}

/** The step of a component, and the policies of its namespace. */
export function componentStepText({id}: PhaseFolder, name: string): string {
  return `${head(`${title(name)}, and who may talk in its namespace.`)}import type {PlatformStep} from '../../context.ts'
import {componentStep} from '../shared/component.ts'
import {allowApiServer, networkPolicies} from '../shared/network-policies.ts'

export const ${camel(name)}Steps: PlatformStep[] = [
  // TODO: verify: the check that proves it (workloadsReady of src/checks/builders.ts).
  componentStep({id: '${id}/${name}', title: 'Install ${title(name)}', component: '${name}'}),
  networkPolicies({id: '${id}/${name}-policies', namespace: '${name}', rules: () => [allowApiServer()]}),
]
`
}

/** component.yaml */
export function componentText({id}: PhaseFolder, name: string, upgradeOrder: number): string {
  return `id: ${name}
title: ${title(name)}
about: "TODO: what it does for the platform, one sentence."
phase: ${id}
# TODO: the chart, where it is, and its version.
chart: {name: ${name}, repository: "https://charts.example.com/${name}", version: 0.1.0}
releaseName: ${name}
namespace: ${name}
upgradeOrder: ${upgradeOrder}
tested:
  kubernetes: ">=1.33 <1.37"
  source: "TODO: where the vendor says it"
workloads:
  - kind: Deployment
    name: ${name}
    account: ${name}
    labels: {app.kubernetes.io/name: ${name}, app.kubernetes.io/instance: ${name}}
    containers:
      - {name: ${name}, image: "registry.example.com/${name}:v0.1.0", values: {repository: image.repository}}
    values: {replicas: replicaCount, resources: resources}
budgets:
  - {name: ${name}, workload: ${name}, when: {value: podDisruptionBudget.enabled, default: false}, values: {minAvailable: podDisruptionBudget.minAvailable}}
others:
  - {kind: ServiceAccount, name: ${name}}
`
}

/** values.yaml of a component. */
export function valuesText(name: string): string {
  return `# TODO: why these values; what \${…} means is in src/components/values.ts.
image:
  repository: \${imageMirror?}/${name}
replicaCount: 2
podDisruptionBudget:
  enabled: true
  minAvailable: 1
resources:
  requests: {cpu: 10m, memory: 64Mi}
  limits: {memory: 128Mi}
`
}

/** value-paths.json of a component, until the chart's own are read. */
export const VALUE_PATHS = '{\n"image": {"repository":"*"},\n"podDisruptionBudget": {"enabled":"*","minAvailable":"*"},\n"replicaCount": "*",\n"resources": "*"\n}\n'

/** What the chart creates, until the chart's own facts are read. */
export function factsText(name: string): string {
  const workload = {selector: {'app.kubernetes.io/name': name, 'app.kubernetes.io/instance': name}, account: name, replicas: 2, containers: {[name]: {image: `registry.example.com/${name}:v0.1.0`, ports: {}}}}
  return `{\n"chart": "${name}",\n"version": "0.1.0",\n"objects": [\n  "Deployment ${name}/${name}",\n  "PodDisruptionBudget ${name}/${name}",\n  "ServiceAccount ${name}/${name}"\n],\n"workloads": {\n  "Deployment ${name}/${name}": ${JSON.stringify(workload)}\n},\n"budgets": {\n  "PodDisruptionBudget ${name}/${name}": ${JSON.stringify({minAvailable: 1, selector: workload.selector})}\n}\n}\n`
}

function access(id: string): string {
  return id.includes('-') ? `['${id}']` : `.${id}`
}

function indent(text: string): string {
  return text.split('\n').map((line) => `  ${line}`).join('\n')
}
