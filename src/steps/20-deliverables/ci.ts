/** CI: a plan on each pull request, kp up on merge; and a pipeline for applications to copy. */
import type {RepositoryContext, RepositoryFile} from '../../context.ts'
import type {EnvironmentSpec} from '../../spec/types.ts'
import {registryOf} from './apps.ts'

const HEADER = '# Rendered by kp from kp.yaml. Change kp.yaml, then run: kp render\n'

/** The files of the CI that kp.yaml names; none where it names none. */
export function ciFiles(ctx: RepositoryContext): RepositoryFile[] {
  const kinds = new Set(ctx.environments.filter(({phases: {deliverables}}) => deliverables.enabled).map(({phases: {deliverables}}) => deliverables.ci))
  return [
    ...(kinds.has('github-actions') ? [{path: '.github/workflows/platform.yaml', text: githubPlatform(ctx)}, {path: 'ci/application.github.yaml', text: githubApplication(ctx)}] : []),
    ...(kinds.has('gitlab-ci') ? [{path: '.gitlab-ci.yml', text: gitlabPlatform(ctx)}, {path: 'ci/application.gitlab-ci.yml', text: gitlabApplication(ctx)}] : []),
  ]
}

/** Names of the variables that kp.yaml refers to: CI must have them as secrets. */
export function secretVariables(environments: readonly Pick<EnvironmentSpec, 'secrets'>[]): string[] {
  const references = environments.flatMap(({secrets}) => Object.values(secrets))
  return [...new Set(references.flatMap((reference) => (reference.startsWith('env:') ? [reference.slice(4)] : [])))].toSorted()
}

const branchOf = ({environments}: Pick<RepositoryContext, 'environments'>): string => environments[0]?.phases.gitops.branch ?? 'main'
const flagsOf = ({environment}: EnvironmentSpec): string => `--env ${environment.name} --yes${environment.protected ? ` --confirm ${environment.cluster}` : ''}`

function githubPlatform(ctx: RepositoryContext): string {
  const {environments} = ctx
  const variables = secretVariables(environments)
  const env = variables.map((name) => `      ${name}: \${{ secrets.${name} }}`)
  const withEnv = (job: string): string => (env.length === 0 ? '' : `    env:\n${env.join('\n')}\n`) + job
  const setup = `    steps:
      - uses: actions/checkout@v5
      - uses: actions/setup-node@v5
        with: {node-version: "24"}
      - uses: actions/cache@v4
        with: {path: ~/.cache/kp, key: "kp-\${{ runner.os }}-\${{ hashFiles('kp.yaml') }}", restore-keys: "kp-\${{ runner.os }}-"}
      # Where kp is installed from: a package, an archive or a Git address.
      - run: npm install --global "\${{ vars.KP_PACKAGE }}"
      - run: make tools
`
  const kubeconfig = (spec: EnvironmentSpec): string => spec.provider.type === 'lab'
    ? ''
    : `      - run: install -D -m 600 /dev/stdin ~/.kube/config <<< "$KUBECONFIG_TEXT"
        env: {KUBECONFIG_TEXT: "\${{ secrets.KUBECONFIG_${variableOf(spec.environment.name)} }}"}
`
  return `${HEADER}# Wants the variable KP_PACKAGE${variables.length === 0 ? '' : `, the secrets ${variables.join(', ')}`}${environments.some(({provider}) => provider.type !== 'lab') ? ', and a kubeconfig for each environment' : ''}.
name: platform
on:
  pull_request:
  push: {branches: [${branchOf(ctx)}]}
permissions: {contents: read}
# Two runs must not change one cluster: kp would refuse the second, here it waits.
concurrency: {group: "platform-\${{ github.ref }}", cancel-in-progress: false}
jobs:
  check:
    runs-on: ubuntu-latest
${setup}      - run: make check
      - run: kp slo test --env ${environments[0]?.environment.name ?? 'default'}
${environments.map((spec) => `  plan-${spec.environment.name}:
    if: github.event_name == 'pull_request'
    needs: check
    runs-on: ubuntu-latest
${withEnv(setup)}${kubeconfig(spec)}      - run: kp plan --env ${spec.environment.name} --no-color | tee -a "$GITHUB_STEP_SUMMARY"
`).join('')}${environments.map((spec, index) => `  apply-${spec.environment.name}:
    if: github.event_name == 'push'
    needs: ${index === 0 ? 'check' : `apply-${environments[index - 1]?.environment.name}`}
    runs-on: ubuntu-latest
${spec.environment.protected ? '    # Give this environment required reviewers: the merge waits for them here.\n' : ''}    environment: ${spec.environment.name}
${withEnv(setup)}${kubeconfig(spec)}      - run: kp up ${flagsOf(spec)}
      - run: kp verify --env ${spec.environment.name} --output markdown >> "$GITHUB_STEP_SUMMARY"
`).join('')}`
}

function gitlabPlatform(ctx: RepositoryContext): string {
  const {environments} = ctx
  const variables = secretVariables(environments)
  return `${HEADER}# Wants the variable KP_PACKAGE${variables.length === 0 ? '' : `, the masked variables ${variables.join(', ')}`}${environments.some(({provider}) => provider.type !== 'lab') ? ', and KUBECONFIG as a file for each environment' : ''}.
stages: [check, plan, apply]
default:
  image: node:24
  before_script:
    - npm install --global "$KP_PACKAGE"
    - make tools
  cache: {key: kp, paths: [.cache/kp]}
variables: {XDG_CACHE_HOME: "$CI_PROJECT_DIR/.cache"}
check:
  stage: check
  script: [make check, "kp slo test --env ${environments[0]?.environment.name ?? 'default'}"]
${environments.map((spec) => `plan-${spec.environment.name}:
  stage: plan
  environment: {name: ${spec.environment.name}, action: prepare}
  script: ["kp plan --env ${spec.environment.name} --no-color"]
  rules: [{if: $CI_PIPELINE_SOURCE == "merge_request_event"}]
apply-${spec.environment.name}:
  stage: apply
  environment: {name: ${spec.environment.name}}
  # Two runs must not change one cluster.
  resource_group: ${spec.environment.name}
  script: ["kp up ${flagsOf(spec)}", "kp verify --env ${spec.environment.name}"]
  rules: [{if: $CI_COMMIT_BRANCH == "${branchOf(ctx)}"${spec.environment.protected ? ', when: manual' : ''}}]
`).join('')}`
}

function githubApplication(ctx: RepositoryContext): string {
  return `# Rendered by kp. Copy it to .github/workflows/ of an application, and set NAME.
# build -> registry -> the tag, written into the platform's repository -> sync
name: deliver
on:
  push: {branches: [main]}
permissions: {contents: read}
env:
  NAME: example
  REGISTRY: ${registryOf(ctx)}
  PLATFORM: ${slugOf(ctx)}
jobs:
  deliver:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v5
      - uses: docker/setup-buildx-action@v3
      - uses: docker/login-action@v3
        with: {registry: ${registryOf(ctx).split('/')[0]}, username: "\${{ secrets.REGISTRY_USER }}", password: "\${{ secrets.REGISTRY_PASSWORD }}"}
      - uses: docker/build-push-action@v6
        with: {push: true, tags: "\${{ env.REGISTRY }}/\${{ env.NAME }}:\${{ github.sha }}"}
      # Known holes stop here, before anything is deployed.
      - uses: aquasecurity/trivy-action@0.33.1
        with: {image-ref: "\${{ env.REGISTRY }}/\${{ env.NAME }}:\${{ github.sha }}", severity: "HIGH,CRITICAL", ignore-unfixed: true, exit-code: "1"}
      - uses: actions/checkout@v5
        with: {repository: "\${{ env.PLATFORM }}", path: platform, token: "\${{ secrets.PLATFORM_TOKEN }}"}
      - run: |
          cd "platform/apps/$NAME"
          sed -i "s/newTag: .*/newTag: $GITHUB_SHA/" kustomization.yaml
          git -c user.name=ci -c user.email=ci@localhost commit --all --message "$NAME $GITHUB_SHA"
          git push
`
}

function gitlabApplication(ctx: RepositoryContext): string {
  return `# Rendered by kp. Include it in .gitlab-ci.yml of an application, and set NAME.
# build -> registry -> the tag, written into the platform's repository -> sync
stages: [build, scan, deliver]
variables:
  NAME: example
  REGISTRY: ${registryOf(ctx)}
  PLATFORM: ${addressOf(ctx)}
build:
  stage: build
  image: {name: "gcr.io/kaniko-project/executor:v1.24.0-debug", entrypoint: [""]}
  script: ['/kaniko/executor --context "$CI_PROJECT_DIR" --destination "$REGISTRY/$NAME:$CI_COMMIT_SHA"']
  rules: [{if: $CI_COMMIT_BRANCH == "main"}]
scan:
  stage: scan
  # Known holes stop here, before anything is deployed.
  image: {name: "aquasec/trivy:0.66.0", entrypoint: [""]}
  script: ['trivy image --exit-code 1 --severity HIGH,CRITICAL --ignore-unfixed "$REGISTRY/$NAME:$CI_COMMIT_SHA"']
  rules: [{if: $CI_COMMIT_BRANCH == "main"}]
deliver:
  stage: deliver
  image: alpine/git:v2.49.1
  script:
    - git clone --depth 1 "$PLATFORM" platform
    - cd "platform/apps/$NAME"
    - 'sed -i "s/newTag: .*/newTag: $CI_COMMIT_SHA/" kustomization.yaml'
    - git -c user.name=ci -c user.email=ci@localhost commit --all --message "$NAME $CI_COMMIT_SHA"
    - git push
  rules: [{if: $CI_COMMIT_BRANCH == "main"}]
`
}

function addressOf({environments}: Pick<RepositoryContext, 'environments'>): string {
  return environments[0]?.repository ?? 'https://git.example.com/platform/platform.git'
}

/** `owner/name` of the repository, as GitHub names it. */
function slugOf(ctx: Pick<RepositoryContext, 'environments'>): string {
  return /[/:]([^/:]+\/[^/]+?)(?:\.git)?$/.exec(addressOf(ctx))?.[1] ?? 'platform/platform'
}

function variableOf(name: string): string {
  return name.toUpperCase().replaceAll(/[^A-Z0-9]/g, '_')
}
