/** What `kp init` asks and how: flags made from the questions, the look of the wizard, the answers file. */
import {existsSync, readFileSync} from 'node:fs'
import {basename} from 'node:path'
import {Flags} from '@oclif/core'
import {parse} from 'yaml'
import type {PlatformPhase} from './context.ts'
import {KpError} from './engine/errors.ts'
import {costLines, costOfAnswers} from './operations/cost-class.ts'
import {canBuild} from './platform/supported.ts'
import {asDraft, asPlatformAnswers, type Setting} from './prompts/interview.ts'
import {QUESTIONS} from './prompts/questions/index.ts'
import type {Answer, Answers, Question} from './prompts/questions/types.ts'
import type {WizardLook} from './prompts/wizard.ts'
import type {Look} from './ui/io.ts'
import {renderQuestion, renderSummary} from './ui/render-wizard.ts'

/** The flag of each question, by its id. */
export function questionFlags() {
  return Object.fromEntries(QUESTIONS.map((question) => [question.id, flagOf(question)]))
}

function flagOf(question: Question) {
  const summary = question.title
  const helpGroup = question.phase.toUpperCase()
  if (question.kind === 'switch') return Flags.boolean({summary, allowNo: true, helpGroup})
  if (question.kind === 'list') return Flags.string({summary, multiple: true, delimiter: ',', helpValue: 'a,b', helpGroup})
  if (question.kind === 'choice') return Flags.string({summary, options: (question.choices ?? []).map(({value}) => value), helpGroup})
  return Flags.string({summary, helpValue: question.kind === 'number' ? 'N' : 'TEXT', helpGroup})
}

/** The answers that flags give. */
export function answersOfFlags(flags: Record<string, unknown>): Answers {
  return Object.fromEntries(QUESTIONS.flatMap(({id}) => (flags[id] === undefined ? [] : [[id, flags[id] as Answer]])))
}

/** What this kp can build, with what an answers file says. */
export function settingOf(phases: readonly PlatformPhase[], file: string | undefined): Setting {
  return {phases: new Set(phases.map(({id}) => id)), canBuild, base: file === undefined ? {} : asDraft(readAnswers(file))}
}

/** A name for the platform by its folder. */
export function nameByFolder(root: string): string {
  return basename(root).toLowerCase().replaceAll(/[^a-z0-9-]/g, '-')
}

/** How questions and summary look. */
export function wizardLook(phases: readonly PlatformPhase[], directory: () => string, look: Look): WizardLook {
  const groupOf = (id: string): string => {
    const phase = phases.find((one) => one.id === id)
    return phase === undefined ? id : `Phase ${phase.number}: ${phase.title}`
  }
  return {
    question: ({phase, title, why, optional, kind}, choices, proposed, canGoBack) => renderQuestion({
      group: groupOf(phase), title, why,
      choices: choices.map(({value, lines}) => ({value, lines, proposed: value === proposed})),
      hint: choices.length > 0 ? '' : [kind === 'list' ? 'Names, separated by commas.' : '', optional === true ? 'Enter for nothing.' : '', canGoBack ? 'Type < to go back.' : ''].filter((part) => part !== '').join(' '),
    }, look),
    summary(lines, draft) {
      const answers = asPlatformAnswers(draft)
      const groups = [...Map.groupBy(lines, ({question}) => question.phase)]
      return renderSummary({
        groups: groups.map(([phase, own]) => ({title: groupOf(phase), rows: own.map(({question, shown}) => ({title: question.title, shown}))})),
        directory: directory(),
        cost: costLines(costOfAnswers(answers), answers.provider?.type ?? 'lab'),
      }, look)
    },
  }
}

/** What is wrong with a file for the answers. */
export function whyNotSaved(path: string): string | undefined {
  if (path === '') return 'must be a path'
  return existsSync(path) ? `${path} exists already` : undefined
}

/** @throws KpError USAGE where the file is no YAML map */
function readAnswers(path: string): Record<string, unknown> {
  try {
    const answers = parse(readFileSync(path, 'utf8')) as unknown
    if (typeof answers === 'object' && answers !== null && !Array.isArray(answers)) return answers as Record<string, unknown>
  } catch (error) {
    throw new KpError({code: 'USAGE', message: `${path} is no YAML: ${error instanceof Error ? error.message.split('\n')[0] : String(error)}`})
  }
  throw new KpError({code: 'USAGE', message: `${path} must be a YAML map of fields, such as name, owner, domain`})
}
