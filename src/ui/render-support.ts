/** What a support bundle holds, as people read it. Pure. */
import type {Look} from './io.ts'
import {nextLines} from './render-common.ts'
import type {SupportBundleResult} from './results.ts'
import {styleFor} from './style.ts'
import {tableLines} from './tables.ts'
import {count, oneLine, wrap} from './text.ts'

/** A table of the files; of the logs only how many there are. */
export function renderSupportBundle({file, bytes, files, missing}: SupportBundleResult, look: Look): string {
  const {bold} = styleFor(look)
  const [logs, others] = [files.filter(({path}) => path.startsWith('logs/')), files.filter(({path}) => !path.startsWith('logs/'))]
  const rows = [...others.map(({path, about}) => [path, oneLine(about)]), ...(logs.length === 0 ? [] : [['logs/', `${count(logs.length, 'log')} of pods that do not run`]])]
  return [
    ...wrap(`${count(files.length, 'file')}, ${Math.ceil(bytes / 1024)} KiB, without a secret that kp knows or recognises`, look.columns).map(bold),
    '',
    ...tableLines([{header: 'File', shrink: false}, {header: 'What it is'}], rows, look),
    ...(missing.length === 0 ? [] : ['', bold('Not in it'), ...missing.flatMap(({path, reason}) => wrap(oneLine(`${path}: ${reason}`), look.columns, {first: '  '}))]),
    '',
    ...wrap(`The bundle is ${file}`, look.columns),
    '',
    ...nextLines([`tar -tzf ${file}`, 'look into it before you send it: only you know what your logs may tell'], look),
  ].join('\n')
}
