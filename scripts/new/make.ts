/** Decides which files a new thing is made of, and writes them; nothing is overwritten. */
import {existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync} from 'node:fs'
import {dirname, join} from 'node:path'
import {addEntry, addImport, addStep} from './edit.ts'
import {builtPhases, camel, Refusal, requireBuiltPhase, requireName, requireNewPhase} from './names.ts'
import type {PhaseFolder} from './names.ts'
import * as texts from './texts.ts'

/** How it is called. */
export const USAGE = `npm run new -- phase NAME
npm run new -- step PHASE NAME
npm run new -- check PHASE NAME           with the pitfall that explains it
npm run new -- pitfall PHASE NAME
npm run new -- component NAME [PHASE]     with its step; default the last phase`

/** What was done, and what a person does next. */
export interface Made {
  made: string[]
  changed: string[]
  next: string[]
}

interface Work {
  /** New files, by path. */
  files: Record<string, string>
  /** Files that get one more entry. */
  edits: Record<string, (text: string) => string>
  next: string[]
}

const ALWAYS = ['npm run generate', 'npx vitest run test/surface -u, and look at what it changes', 'grep -rn TODO over the new files: no text of them may stay']

/** Makes it. @throws Refusal where the arguments are wrong or a file is there already */
export async function makeNew(root: string, args: string[]): Promise<Made> {
  const {files, edits, next} = workFor(root, args)
  const taken = Object.keys(files).filter((path) => existsSync(join(root, path)))
  if (taken.length > 0) throw new Refusal(`already there: ${taken.join(', ')}`)
  // All edits are made in memory first: where one is not possible, nothing was written.
  const changed = Object.entries(edits).map(([path, edit]): [string, string] => [path, edit(readFileSync(join(root, path), 'utf8'))])
  for (const [path, text] of [...Object.entries(files), ...changed]) {
    mkdirSync(dirname(join(root, path)), {recursive: true})
    writeFileSync(join(root, path), text)
  }
  return {made: Object.keys(files), changed: changed.map(([path]) => path), next: [...next, ...ALWAYS]}
}

function workFor(root: string, [kind, one, two, ...more]: string[]): Work {
  if (more.length > 0) throw new Refusal(`too many words: ${more.join(' ')}`)
  switch (kind) {
    case 'phase':
      if (two !== undefined) throw new Refusal(`too many words: ${two}`)
      return newPhase(root, requireNewPhase(root, one))
    case 'step':
      return newStep(requireBuiltPhase(root, one), requireName('step', two))
    case 'check':
      return newCheck(root, requireBuiltPhase(root, one), requireName('check', two))
    case 'pitfall':
      return newPitfall(root, requireBuiltPhase(root, one), requireName('pitfall', two))
    case 'component':
      return newComponent(root, requireName('component', one), two === undefined ? lastPhase(root) : requireBuiltPhase(root, two))
    default:
      throw new Refusal(`"${kind ?? ''}" cannot be made: phase, step, check, pitfall, component`)
  }
}

function newPhase(root: string, phase: PhaseFolder): Work {
  const {id, folder, number} = phase
  const code = codeOf(phase, 1)
  const name = camel(id)
  const following = builtPhases(root).find((other) => other.number > number)
  return {
    files: {
      [`${folder}/about.ts`]: texts.aboutText(phase),
      [`${folder}/names.ts`]: texts.namesText(phase),
      [`${folder}/phase.ts`]: texts.phaseText(phase),
      [`${folder}/steps.ts`]: texts.stepsText(phase),
      [`${folder}/checks.ts`]: texts.checksText(phase, code),
      [`${folder}/pitfalls.ts`]: texts.pitfallsText(phase, code),
      [`src/commands/step/${id}.ts`]: texts.commandText(phase),
    },
    edits: {
      'src/steps/index.ts': (source) => {
        const imported = addImport(source, `import {${name}} from './${folder.replace('src/steps/', '')}/phase.ts'`, /^import .* from '\.\/\d\d-.*$/gm)
        if (following === undefined) return addEntry(imported, /export const phases: PlatformPhase\[\] = /, name)
        // The list is the last line that names it.
        return imported.replace(new RegExp(`\\b${camel(following.id)}\\b(?=[^\\n]*\\][^\\n]*\\s*$)`), `${name}, ${camel(following.id)}`)
      },
    },
    next: [`write ${folder}: about.ts first, then steps, checks, pitfalls`, `its fields of kp.yaml are in src/spec/schema`, `node bin/dev.js step ${id} --plan`],
  }
}

function newStep(phase: PhaseFolder, name: string): Work {
  return {
    files: {[`${phase.folder}/${name}.ts`]: texts.stepText(phase, name)},
    edits: {[`${phase.folder}/phase.ts`]: (source) => addStep(addImport(source, `import {${camel(name)}} from './${name}.ts'`), camel(name))},
    next: [`write ${phase.folder}/${name}.ts; it is the last step of phase.ts: move it where it belongs`, `npm run new -- check ${phase.id} ${name}, and name it in verify`],
  }
}

function newCheck(root: string, phase: PhaseFolder, name: string): Work {
  const code = nextCode(root, phase)
  const pitfall = pitfallWork(phase, name, code, `${phase.id}.${name}`, true)
  const constant = `${camel(name)}Check`
  return {
    files: {[`${phase.folder}/checks-${name}.ts`]: texts.checkText(phase, name, code), ...pitfall.files},
    edits: {
      [`${phase.folder}/checks.ts`]: (source) => addEntry(addImport(source, `import {${constant}} from './checks-${name}.ts'`), /^export const checks: PlatformCheck\[\] = /m, constant),
      ...pitfall.edits,
    },
    next: [`write ${phase.folder}/checks-${name}.ts`, `write its pitfall ${code}, ${phase.folder}/pitfalls-${name}.ts`],
  }
}

function newPitfall(root: string, phase: PhaseFolder, name: string): Work {
  const checks = readFileSync(join(root, phase.folder, 'checks.ts'), 'utf8')
  const confirmBy = new RegExp(`'(${phase.id}\\.[a-z0-9-]+)'`).exec(checks)?.[1]
  if (confirmBy === undefined) throw new Refusal(`phase ${phase.id} has no check that could prove the fix: npm run new -- check ${phase.id} NAME`)
  const code = nextCode(root, phase)
  const work = pitfallWork(phase, name, code, confirmBy, false)
  return {...work, next: [`write ${phase.folder}/pitfalls-${name}.ts, ${code}; confirmBy is only a proposal`, `put the captured output into test/fixtures/pitfalls/${code}.txt`]}
}

function pitfallWork(phase: PhaseFolder, name: string, code: string, confirmBy: string, ofCheck: boolean): Work {
  const constant = `${camel(name)}Pitfall`
  return {
    files: {
      [`${phase.folder}/pitfalls-${name}.ts`]: texts.pitfallText(phase, name, code, confirmBy, ofCheck),
      ...(ofCheck ? {} : {[`test/fixtures/pitfalls/${code}.txt`]: texts.captureText(code)}),
    },
    edits: {[`${phase.folder}/pitfalls.ts`]: (source) => addEntry(addImport(source, `import {${constant}} from './pitfalls-${name}.ts'`), /^export const pitfalls: Pitfall\[\] = /m, constant)},
    next: [],
  }
}

function newComponent(root: string, name: string, phase: PhaseFolder): Work {
  const folder = `templates/components/${name}`
  return {
    files: {
      [`${folder}/component.yaml`]: texts.componentText(phase, name, nextUpgradeOrder(root)),
      [`${folder}/values.yaml`]: texts.valuesText(name),
      [`${folder}/value-paths.json`]: texts.VALUE_PATHS,
      [`test/data/charts/${name}.json`]: texts.factsText(name),
      [`${phase.folder}/${name}.ts`]: texts.componentStepText(phase, name),
    },
    edits: {[`${phase.folder}/phase.ts`]: (source) => addStep(addImport(source, `import {${camel(name)}Steps} from './${name}.ts'`), `...${camel(name)}Steps`)},
    next: [
      `write ${folder}/component.yaml and values.yaml; ${phase.folder}/${name}.ts installs it`,
      `read the chart's own facts: scripts/catalog-facts.ts writes value-paths.json and test/data/charts/${name}.json`,
      `where controllers answer in the lab: lab/stages/components/${name}, and labStages before the release`,
    ],
  }
}

function lastPhase(root: string): PhaseFolder {
  const last = builtPhases(root).at(-1)
  if (last === undefined) throw new Refusal('there is no phase yet')
  return last
}

function codeOf({number}: PhaseFolder, item: number): string {
  return `KP${String(number).padStart(2, '0')}${String(item).padStart(2, '0')}`
}

/** The first code of the phase that nobody has. @throws Refusal where none is left */
function nextCode(root: string, phase: PhaseFolder): string {
  const prefix = codeOf(phase, 0).slice(0, 4)
  const text = readdirSync(join(root, phase.folder)).filter((name) => name.startsWith('pitfalls')).map((name) => readFileSync(join(root, phase.folder, name), 'utf8')).join('\n')
  const used = [...text.matchAll(new RegExp(`code: '${prefix}(\\d\\d)'`, 'g'))].map(([, item]) => Number(item))
  const item = Math.max(0, ...used) + 1
  if (item > 99) throw new Refusal(`phase ${phase.id} has no code left`)
  return codeOf(phase, item)
}

function nextUpgradeOrder(root: string): number {
  const folder = join(root, 'templates', 'components')
  const orders = readdirSync(folder).flatMap((name) => Number(/^upgradeOrder: (\d+)$/m.exec(readFileSync(join(folder, name, 'component.yaml'), 'utf8'))?.[1] ?? 0))
  return Math.max(...orders) + 1
}
