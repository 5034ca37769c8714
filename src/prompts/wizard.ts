/** The conversation of `kp init`: asks what is open, goes back, sums up. Knows no terminal and no file. */
import {KpError} from '../engine/errors.ts'
import {compose, isOpen, offered, problemWith, suggestion, type Setting} from './interview.ts'
import {QUESTIONS, questionOf} from './questions/index.ts'
import {listOf, textOf, type Answer, type Answers, type Choice, type Draft, type Question} from './questions/types.ts'

/** Something to choose from, as a person sees it. */
export interface Option {
  value: string
  name: string
}

/** Asks a person. Both end with KpError INTERRUPTED where the person leaves. */
export interface Asker {
  say(text: string): void
  choose(message: string, options: readonly Option[], initial: string | undefined): Promise<string>
  /** @param check what is wrong with the text, as a sentence */
  type(message: string, initial: string, check: (text: string) => string | undefined): Promise<string>
}

/** One line of the summary. */
export interface SummaryLine {
  question: Question
  shown: string
}

/** How things look; made by the user interface. */
export interface WizardLook {
  question(question: Question, choices: readonly Choice[], proposed: string | undefined, canGoBack: boolean): string
  summary(lines: readonly SummaryLine[], draft: Draft): string
}

/** What the person wants in the end. */
export interface Agreed {
  answers: Answers
  /** Where to save the answers, where that is wanted. */
  saveTo?: string
}

/** What is typed to go back. */
export const BACK = '<'
const back: Option = {value: BACK, name: '< back'}

/** What a conversation begins with. */
export interface WizardOptions {
  setting: Setting
  /** Answers that flags gave: not asked, but shown and changeable. */
  given: Answers
  /** Proposed as the platform's name. */
  folder: string
  asker: Asker
  look: WizardLook
  /** What is wrong with a path for the answers. */
  checkSave?: (path: string) => string | undefined
}

/**
 * Asks until the person agrees.
 * @throws KpError NOT_CONFIRMED where the person leaves without writing; INTERRUPTED
 */
export async function runWizard(request: WizardOptions): Promise<Agreed> {
  const options = {...request, setting: {...request.setting, memo: new Map<string, string | undefined>()}}
  const {setting, asker, look} = options
  const answers: Record<string, Answer | undefined> = {...options.given, folder: options.folder}
  const remembered: Record<string, Answer | undefined> = {}
  const asked: string[] = []
  let saveTo: string | undefined
  for (;;) {
    const next = nextQuestion(answers, setting)
    if (next !== undefined) {
      if (next.reason !== undefined) asker.say(`${next.question.title}: ${next.reason}\n`)
      const answer = await ask(next.question, next.before, remembered[next.question.id] ?? answers[next.question.id], asked.length > 0, options)
      if (answer === BACK) {
        const last = asked.pop() ?? ''
        remembered[last] = answers[last]
        Reflect.deleteProperty(answers, last)
        continue
      }
      answers[next.question.id] = answer
      remembered[next.question.id] = answer
      if (!asked.includes(next.question.id)) asked.push(next.question.id)
      continue
    }
    const open = openAnswers(answers, setting)
    const lines = summaryLines(open, setting)
    asker.say(look.summary(lines, compose(open, setting)))
    const wish = await asker.choose('Write this platform', [
      {value: 'write', name: 'yes, write it'},
      {value: 'change', name: 'change an answer'},
      {value: 'save', name: saveTo === undefined ? 'save these answers to a file too' : `save these answers to another file than ${saveTo}`},
      {value: 'leave', name: 'leave, write nothing'},
    ], 'write')
    if (wish === 'write') return {answers: open, ...(saveTo === undefined ? {} : {saveTo})}
    if (wish === 'leave') throw new KpError({code: 'NOT_CONFIRMED', message: 'Not confirmed: nothing was written', doing: 'make a platform', next: ['kp init, to begin again']})
    if (wish === 'save') {
      const path = await asker.type('File for the answers', saveTo ?? `${textOf(open, 'name')}-answers.yaml`, (text) => (text.trim() === BACK ? undefined : options.checkSave?.(text.trim())))
      if (path.trim() !== BACK) saveTo = path.trim()
    } else await change(answers, open, lines, options)
  }
}

async function change(answers: Record<string, Answer | undefined>, open: Answers, lines: readonly SummaryLine[], options: WizardOptions): Promise<void> {
  const chosen = await options.asker.choose('Which one', [back, ...lines.map(({question, shown}) => ({value: question.id, name: `${question.title}: ${shown}`}))], undefined)
  const question = chosen === BACK ? undefined : questionOf(chosen)
  if (question === undefined) return
  const answer = await ask(question, before(question, open), open[question.id], true, options)
  if (answer !== BACK) answers[question.id] = answer
}

/** The first open question without a good answer; an answer that earlier ones no longer allow is asked again, with the reason. */
function nextQuestion(answers: Answers, setting: Setting): {question: Question; before: Answers; reason?: string} | undefined {
  const known: Record<string, Answer | undefined> = {folder: answers['folder']}
  for (const question of QUESTIONS) {
    if (!isOpen(question, known, setting)) continue
    const answer = answers[question.id]
    if (answer === undefined) return {question, before: known}
    const problem = problemWith(question, answer, known, setting)
    if (problem !== undefined) return {question, before: known, reason: problem}
    known[question.id] = answer
  }
  return undefined
}

/** The answers that count: of what is no longer open none. */
function openAnswers(answers: Answers, setting: Setting): Answers {
  const known: Record<string, Answer | undefined> = {folder: answers['folder']}
  for (const question of QUESTIONS) {
    const isOff = question.off !== undefined && answers[question.id] === question.off
    if (isOpen(question, known, setting) || isOff) known[question.id] = answers[question.id]
  }
  return known
}

function before(question: Question, answers: Answers): Answers {
  const earlier = new Set(QUESTIONS.slice(0, QUESTIONS.indexOf(question)).map(({id}) => id))
  return Object.fromEntries(Object.entries(answers).filter(([id]) => id === 'folder' || earlier.has(id)))
}

async function ask(question: Question, known: Answers, last: Answer | undefined, canGoBack: boolean, options: WizardOptions): Promise<Answer> {
  const {setting, asker, look} = options
  const hint = canGoBack ? [back] : []
  if (question.choices !== undefined) {
    const choices = offered(question, known, setting)
    const wanted = asText(last ?? suggestion(question, known, setting))
    const proposed = choices.some(({value}) => value === wanted) ? wanted : choices[0]?.value
    asker.say(look.question(question, choices, proposed, canGoBack))
    const value = await asker.choose(question.title, [...choices.map((choice) => ({value: choice.value, name: choice.value})), ...hint], proposed)
    return value === BACK || question.kind === 'choice' ? value : value === 'yes'
  }
  const proposed = asText(last ?? suggestion(question, known, setting)) ?? ''
  asker.say(look.question(question, [], proposed, canGoBack))
  const answerOf = (text: string): Answer => {
    const plain = question.optional === true && text.trim() === '-' ? '' : text.trim()
    return question.kind === 'list' ? listOf(plain) : plain
  }
  const text = await asker.type(question.title, proposed, (typed) => {
    if (typed.trim() === BACK) return canGoBack ? undefined : 'this is the first question'
    return problemWith(question, answerOf(typed), known, setting)
  })
  return text.trim() === BACK ? BACK : answerOf(text)
}

/** The answers of the questions that are open, as people read them. */
export function summaryLines(answers: Answers, setting: Setting): SummaryLine[] {
  return QUESTIONS.filter((question) => isOpen(question, answers, setting)).map((question) => {
    const shown = asText(answers[question.id]) ?? ''
    return {question, shown: shown === '' ? '(nothing)' : shown}
  })
}

function asText(answer: Answer | undefined): string | undefined {
  if (answer === undefined) return undefined
  if (typeof answer === 'boolean') return answer ? 'yes' : 'no'
  return typeof answer === 'string' ? answer : answer.join(',')
}
