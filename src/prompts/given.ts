/** Answers that were given without asking: by flags and by a file. */
import {KpError} from '../engine/errors.ts'
import {didYouMean} from '../engine/spelling.ts'
import {formatPath} from '../spec/paths.ts'
import {isBuilt, isOpen, offered, problemWith, readAnswer, suggestion, type Setting} from './interview.ts'
import {QUESTIONS} from './questions/index.ts'
import {plain, type Answer, type Answers, type Question} from './questions/types.ts'

/** Answers without a terminal, and the questions that nobody answered. */
export interface Completed {
  answers: Answers
  missing: Question[]
}

/**
 * Completes what flags and a file say with what kp proposes.
 * @throws KpError USAGE for a flag that cannot be used, with what can
 */
export function complete(flags: Answers, folder: string, setting: Setting): Completed {
  const answers: Record<string, Answer | undefined> = {folder}
  const missing: Question[] = []
  for (const question of QUESTIONS) {
    const said = flags[question.id]
    if (!isOpen(question, answers, setting)) {
      if (said === undefined) continue
      if (said !== question.off) throw unusable(question, setting)
      answers[question.id] = said
      continue
    }
    if (said !== undefined) requireGood(question, said, answers, setting)
    const value = said ?? readAnswer(question, setting.base) ?? suggestion(question, answers, setting)
    if (value === undefined) missing.push(question)
    answers[question.id] = value
  }
  return {answers, missing}
}

/**
 * Holds flags against the questions before anything is asked.
 * @throws KpError USAGE for a flag that no answer could make usable
 */
export function requireUsable(flags: Answers, setting: Setting): void {
  for (const question of QUESTIONS) {
    const said = flags[question.id]
    if (said === undefined || said === question.off) continue
    if (!setting.phases.has(question.phase)) throw unusable(question, setting)
    if (question.kind === 'choice' || said === true) requireBuilt(question, said, setting)
  }
}

/** The error of flags that are missing. */
export function missingFlags(missing: readonly Question[]): KpError {
  const flags = missing.map(({id}) => `--${id}`)
  return new KpError({
    code: 'NO_TERMINAL',
    message: missing.length === 1 ? `an answer is missing: ${flags[0]}` : `answers are missing: ${flags.join(', ')}`,
    details: missing.map(({id, title, why}) => `--${id}: ${title}. ${why[0]}`),
    next: ['give them as flags, or in a file with --answers FILE', 'kp init --help'],
  })
}

function requireGood(question: Question, said: Answer, answers: Answers, setting: Setting): void {
  requireBuilt(question, said, setting)
  const problem = problemWith(question, said, answers, setting)
  if (problem === undefined) return
  const choices = question.kind === 'choice' ? offered(question, answers, setting).map(({value}) => value) : []
  const can = choices.length === 0 ? '' : `; ${choices.join(', ')} can be used`
  throw refusal(question, `${problem}${can}`)
}

function requireBuilt(question: Question, said: Answer, setting: Setting): void {
  const value = plain(said)
  if (isBuilt(question, said, setting)) return
  const all = (question.choices ?? []).map((choice) => choice.value)
  const can = question.kind === 'switch' ? [] : all.filter((one) => isBuilt(question, one, setting))
  if (question.kind === 'choice' && !all.includes(value)) throw refusal(question, `must be one of ${can.join(', ')} (got "${value}")${didYouMean(value, can)}`)
  throw refusal(question, `${question.kind === 'switch' ? '' : `${value} `}cannot be built yet${can.length === 0 ? '' : `; ${can.join(', ')} can`}`)
}

function unusable(question: Question, setting: Setting): KpError {
  if (setting.phases.has(question.phase)) return refusal(question, `is used only with ${question.needs ?? 'other answers'}`)
  return refusal(question, `this version of kp does not build phase ${question.phase} yet: leave it out${question.off === undefined ? '' : ` or say ${question.off}`}`)
}

function refusal(question: Question, message: string): KpError {
  return new KpError({
    code: 'USAGE',
    message: `--${question.id}: ${message}`,
    details: [`it is ${formatPath(question.path)} of kp.yaml: ${question.title}`],
    next: ['give another answer; nothing was written', 'kp init --help'],
  })
}
