/** Which questions are open, what can be answered, and what follows from the answers. Pure. */
import {findProblems} from '../spec/problems.ts'
import type {Problem} from '../spec/issues.ts'
import {platformValue, type PlatformAnswers} from '../spec/defaults.ts'
import {defaultNodePools} from '../spec/default-pools.ts'
import {formatPath, related, valueAt, type Path} from '../spec/paths.ts'
import type {ProviderType} from '../spec/types.ts'
import {removeAt, setAt} from './draft.ts'
import {QUESTIONS} from './questions/index.ts'
import {listOf, plain, type Answer, type Answers, type Choice, type Draft, type Question} from './questions/types.ts'

/** What this kp can do, and where the platform is made. */
export interface Setting {
  /** Ids of the phases that are built. */
  phases: ReadonlySet<string>
  canBuild(field: string, value: string): boolean
  /** What was said besides the questions: the rest of an answers file. */
  base: Draft
  /** What was found out about answers: the same question is asked of the same answers again and again. */
  memo?: Map<string, string | undefined>
}

/** Whether a question is to be asked with these answers. */
export function isOpen(question: Question, answers: Answers, setting: Setting): boolean {
  return setting.phases.has(question.phase) && (question.when === undefined || question.when(answers))
}

/** The choices that can be built and that earlier answers allow. */
export function offered(question: Question, answers: Answers, setting: Setting): Choice[] {
  if (question.kind === 'switch') return (question.choices ?? []).filter(({value}) => value === 'no' || setting.canBuild(formatPath(question.path), 'true'))
  return (question.choices ?? []).filter(({value}) => isBuilt(question, value, setting) && problemWith(question, value, answers, setting) === undefined)
}

/** Whether kp can build this answer. */
export function isBuilt(question: Question, value: Answer, setting: Setting): boolean {
  return value === question.off || setting.canBuild(formatPath(question.path), plain(value))
}

/** What is proposed: what kp would do by itself, as far as it is offered; undefined where it must be said. */
export function suggestion(question: Question, answers: Answers, setting: Setting): Answer | undefined {
  const initial = question.initial(answers)
  if (question.kind !== 'choice') return initial
  const isGood = (value: Answer): boolean => isBuilt(question, value, setting) && problemWith(question, value, answers, setting) === undefined
  return initial !== undefined && isGood(initial) ? initial : question.choices?.find(({value}) => isGood(value))?.value
}

/**
 * What is wrong with an answer, as a sentence: by the schema's field, and by the rules with the answers so far.
 * What later questions decide does not count.
 */
export function problemWith(question: Question, value: Answer, answers: Answers, setting: Setting): string | undefined {
  const empty = value === '' || (Array.isArray(value) && value.length === 0)
  if (empty && question.optional !== true) return 'must be given'
  const own = question.check?.(value, answers)
  if (own !== undefined) return own
  if (empty) return undefined
  const {memo} = setting
  if (memo === undefined) return problemByRules(question, value, answers, setting)
  const key = JSON.stringify([question.id, value, answers])
  if (!memo.has(key)) memo.set(key, problemByRules(question, value, answers, setting))
  return memo.get(key)
}

function problemByRules(question: Question, value: Answer, answers: Answers, setting: Setting): string | undefined {
  const draft = compose({...answers, [question.id]: value}, setting, question)
  const found = findProblems(platformValue(asPlatformAnswers(draft))).find((problem) => problem.severity === 'error' && isAbout(problem, question))
  if (found === undefined) return undefined
  const here = pathsOf(question).some((path) => related(path, found.path))
  return here ? found.message : `${formatPath(found.path)} ${found.message}`
}

/** The fields that a question decides. */
function pathsOf(question: Question): Path[] {
  const {path, off, store} = question
  return [path, ...(off === undefined ? [] : [enabledOf(path)]), ...(store?.paths ?? [])]
}

function enabledOf(path: Path): Path {
  return [...path.slice(0, 2), 'enabled']
}

/** A problem belongs to the question that decides its field, or to a later one that it is about too. */
function isAbout(problem: Problem, question: Question): boolean {
  const mine = pathsOf(question)
  const touches = (path: Path): boolean => mine.some((own) => related(own, path))
  const owner = ownerOf(problem.path)
  if (owner === undefined) return [problem.path, ...(problem.also ?? [])].some(touches)
  if (owner === question) return true
  return QUESTIONS.indexOf(owner) < QUESTIONS.indexOf(question) && (problem.also ?? []).some(touches)
}

function ownerOf(path: Path): Question | undefined {
  let best: {question: Question; length: number} | undefined
  for (const question of QUESTIONS) {
    for (const own of pathsOf(question)) {
      if (related(own, path) && own.length <= path.length && own.length > (best?.length ?? 0)) best = {question, length: own.length}
    }
  }
  return best?.question
}

/** The question that decides a field, as `metadata.name`. */
export function questionOfField(field: string): Question | undefined {
  const path = field.split(/[.[\]]+/).filter((part) => part !== '').map((part) => (/^\d+$/.test(part) ? Number(part) : part))
  return ownerOf(path)
}

/** What a draft says to a question; undefined where nothing. */
export function readAnswer(question: Question, draft: Draft): Answer | undefined {
  if (question.store !== undefined) return question.store.read(draft)
  const {off, path, kind} = question
  if (off !== undefined) {
    const enabled = valueAt(draft, enabledOf(path))
    if (enabled === false) return off
    const isOff = question.initial({}) === off
    if (enabled === undefined && isOff) return undefined
    // Switched on without a word on which: the first of the choices is kp's own.
    if (enabled === true && isOff && valueAt(draft, path) === undefined) return question.choices?.[0]?.value
  }
  const value = valueAt(draft, path)
  if (value === undefined || value === null) return undefined
  if (kind === 'switch') return typeof value === 'boolean' ? value : undefined
  return kind === 'list' ? (Array.isArray(value) ? value.map(String) : undefined) : `${value as string | number}`
}

/**
 * The draft of a kp.yaml with these answers. What kp would do anyway is not written, so that
 * the same answers give the same draft in whatever way they came.
 * @param until the last question that counts; default all
 */
export function compose(answers: Answers, setting: Setting, until?: Question): Draft {
  const draft = structuredClone(setting.base)
  for (const question of QUESTIONS) {
    const value = answers[question.id]
    if (value !== undefined && (isOpen(question, answers, setting) || value === question.off)) write(question, value, answers, draft)
    if (question === until) break
  }
  for (const question of QUESTIONS) if (question.kindOf === true) nameKind(question, answers, draft, setting.base)
  const type = (valueAt(draft, ['provider', 'type']) ?? 'lab') as ProviderType
  if (JSON.stringify(sorted(draft['nodePools'])) === JSON.stringify(sorted(defaultNodePools(type)))) delete draft['nodePools']
  return draft
}

function write(question: Question, value: Answer, answers: Answers, draft: Draft): void {
  const {path, off, store, kind} = question
  const initial = question.initial(answers)
  if (store !== undefined) return store.write(draft, value)
  removeAt(draft, path)
  if (off !== undefined) removeAt(draft, enabledOf(path))
  if ((same(value, initial) && question.always !== true) || value === '' || (Array.isArray(value) && value.length === 0)) return
  if (off !== undefined && value === off) return setAt(draft, enabledOf(path), false)
  if (off !== undefined && initial === off) setAt(draft, enabledOf(path), true)
  setAt(draft, path, kind === 'number' && /^\d+$/.test(plain(value)) ? Number(value) : kind === 'list' ? listOf(value) : value)
}

/** Writes what the fields beside it are read by, which is left out where it is what kp would do anyway. */
function nameKind({id, path, off}: Question, answers: Answers, draft: Draft, base: Draft): void {
  const beside = valueAt(draft, path.slice(0, -1)) as Record<string, unknown> | undefined
  const kind = answers[id] === undefined || answers[id] === off ? valueAt(base, path) : answers[id]
  if (beside === undefined || kind === undefined) return
  setAt(draft, path.slice(0, -1), {[String(path.at(-1))]: kind, ...beside})
}

/** Whether two answers are the same. */
export function same(a: Answer | undefined, b: Answer | undefined): boolean {
  return JSON.stringify(a) === JSON.stringify(b)
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([key, one]) => [key, sorted(one)]))
}

/** A draft as an answers file has it: the fields of `metadata` stand at the top. */
export function asPlatformAnswers(draft: Draft): PlatformAnswers {
  const {metadata, ...rest} = draft
  return {...(metadata as object), ...rest} as PlatformAnswers
}

/** An answers file as a draft. */
export function asDraft(answers: Record<string, unknown>): Draft {
  const {name, owner, runbooks, repository, ...rest} = answers
  const metadata = Object.fromEntries(Object.entries({name, owner, runbooks, repository}).filter(([, value]) => value !== undefined))
  return structuredClone(Object.keys(metadata).length === 0 ? rest : {...rest, metadata})
}
