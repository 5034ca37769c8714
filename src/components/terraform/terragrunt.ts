/** The stacks for those who use Terragrunt: each module once, and for each environment what it is given. Pure but for kp's own templates. */
import type {EnvironmentSpec} from '../../spec/types.ts'
import type {StackId} from './ids.ts'
import {moduleFiles, STACKS} from './stacks.ts'
import type {StackFile} from './stacks.ts'
import {stateText} from './state.ts'
import {stackVariables} from './variables.ts'

/** What the files follow from. */
export interface TerragruntInput {
  home: string
  spec: EnvironmentSpec
  zones: readonly string[]
  stacks: readonly StackId[]
}

/** Takes the place of Terragrunt's own folder in the text of a state, until it is written. */
const HERE = '@here@'

/** Files of the repository, by their paths below `terraform/`. */
export function terragruntFiles({home, spec, zones, stacks}: TerragruntInput): StackFile[] {
  return [
    {name: 'root.hcl', text: rootText(spec)},
    ...stacks.flatMap((stack) => [
      ...moduleFiles(home, stack).map(({name, text}) => ({name: `modules/${stack}/${name}`, text})),
      {name: `${spec.environment.name}/${stack}/terragrunt.hcl`, text: unitText(spec, stack)},
      {name: `${spec.environment.name}/${stack}/inputs.json`, text: `${JSON.stringify(stackVariables(spec, stack, {zones, emulated: false}), null, 2)}\n`},
    ]),
  ]
}

function rootText({infra}: EnvironmentSpec): string {
  return `# Rendered by kp from kp.yaml: what all units share.\n\nterraform_binary = "${infra.tool === 'opentofu' ? 'tofu' : 'terraform'}"\n`
}

/** A unit: where its module is, what it is given, after whom it comes, and where its state is. */
function unitText(spec: EnvironmentSpec, stack: StackId): string {
  const {upstream} = STACKS[stack]
  const place = {local: (name: string) => `${HERE}/../../../.kp/environments/${spec.environment.name}/terraform/${name}.tfstate`}
  const state = stateText({spec, stack, upstream, place}).replaceAll(HERE, '${get_terragrunt_dir()}')
  const paths = upstream.map((name) => `"../${name}"`).join(', ')
  return [
    '# Rendered by kp from kp.yaml.',
    'include "root" {\n  path = find_in_parent_folders("root.hcl")\n}',
    `terraform {\n  source = "../../modules/${stack}"\n}`,
    ...(upstream.length === 0 ? [] : [`dependencies {\n  paths = [${paths}]\n}`]),
    'inputs = jsondecode(file("${get_terragrunt_dir()}/inputs.json"))',
    `generate "state" {\n  path      = "state.tf"\n  if_exists = "overwrite"\n  contents  = <<EOF\n${state}EOF\n}`,
  ].join('\n\n') + '\n'
}
