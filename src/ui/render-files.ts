/** Commands that write files, as people read them. Pure. */
import type {Look} from './io.ts'
import {nextLines} from './render-common.ts'
import type {BackendInitResult, BindResult, InitResult, KubeconfigResult, RenderResult} from './results.ts'
import {styleFor} from './style.ts'
import {clean, count, oneLine, shellQuote, truncate, wrap} from './text.ts'

const MAX_FILES = 12
const MAX_DIFF = 30

/** Says what was written where, and what to do next. */
export function renderInit(result: InitResult, look: Look): string {
  const environments = result.environments.join(', ')
  const head = `Platform ${result.name} (provider ${result.provider}, ${count(result.environments.length, 'environment')}: ${environments}) is in ${result.directory}`
  const {class: name, low, high} = result.cost
  const cost = name === 'none' ? 'Cost class none: kp makes nothing there that is paid for.' : `Cost class ${name}: in the order of $${low} to $${high} a month with the fewest nodes; no quote.`
  const saved = result.answers === undefined ? [] : wrap(`The answers are in ${result.answers}: kp init --answers makes the same again.`, look.columns)
  return [...wrap(head, look.columns), ...fileLines(result.written, '+', look), '', ...wrap(cost, look.columns), ...saved, ...wrap('Nothing is built yet: kp plan shows what kp up would do.', look.columns), '', ...nextLines(result.next, look)].join('\n')
}

/** Says which files changed; shows the difference of those that were edited by hand and left alone. */
export function renderRender(result: RenderResult, look: Look): string {
  const style = styleFor(look)
  const {written, removed, unchanged, refused} = result
  const refusals = refused.flatMap(({path, reason, diff}) => [
    '',
    ...wrap(`${path}: ${oneLine(reason)}`, look.columns).map(style.yellow),
    ...diff.slice(0, MAX_DIFF).map((line) => `  ${clean(line)}`),
    ...(diff.length > MAX_DIFF ? [`  and ${diff.length - MAX_DIFF} more lines`] : []),
  ])
  if (written.length + removed.length + refused.length === 0) return `Nothing to write: ${count(unchanged, 'file is', 'files are')} as rendered.`
  return [
    ...wrap(`${count(written.length, 'file')} written, ${removed.length} removed, ${unchanged} unchanged, ${refused.length} left alone.`, look.columns),
    ...fileLines(written, '~', look),
    ...fileLines(removed, '-', look),
    ...refusals,
    ...(refused.length === 0 ? [] : ['', ...nextLines(['move the change into kp.yaml, or run kp render --force to overwrite it'], look)]),
  ].join('\n')
}

/** The path alone, so that `$(kp kubeconfig)` works; with `exported` the line for a shell. */
export function renderKubeconfig(result: KubeconfigResult, options: {exported: boolean}): string {
  return options.exported ? `export KUBECONFIG=${shellQuote(result.path)}` : result.path
}

/** Says which cluster the environment is tied to. */
export function renderBind({environment, cluster, uid, changed}: BindResult, look: Look): string {
  const sentence = `${changed ? '' : 'Nothing to do: '}environment ${environment} is bound to the cluster ${cluster} (UID ${uid})${changed ? '' : ' already'}.`
  return [...wrap(sentence.charAt(0).toUpperCase() + sentence.slice(1), look.columns), '', ...nextLines(['kp plan'], look)].join('\n')
}

/** Says what was done with the bucket of the states. */
export function renderBackendInit({bucket, region, done, backups}: BackendInitResult, look: Look): string {
  if (done.length === 0) return [...wrap(`Nothing to do: the states are in the bucket ${bucket} in ${region}, and it is as it should be.`, look.columns)].join('\n')
  const kept = backups.length === 0 ? [] : ['', ...wrap('Copies of the states that were moved stay on this machine:', look.columns), ...backups.map((path) => `  ${path}`)]
  return [...wrap(`The states of the stacks are kept in the bucket ${bucket} in ${region}.`, look.columns), ...done.flatMap((sentence) => wrap(sentence, look.columns, {first: '  + ', rest: '    '})), ...kept, '', ...nextLines(['kp plan'], look)].join('\n')
}

function fileLines(files: string[], sign: string, look: Look): string[] {
  const more = files.length > MAX_FILES ? [`  and ${count(files.length - MAX_FILES, 'more file')}`] : []
  return [...files.slice(0, MAX_FILES).map((path) => truncate(`  ${sign} ${path}`, look.columns)), ...more]
}
