/** What a question of `kp init` is made of. Questions are data: the wizard, the flags and the answers file are read from them. */
import type {Path} from '../../spec/paths.ts'

/** What was answered: a text or number as typed, a list of names, yes or no. */
export type Answer = string | readonly string[] | boolean

/** Answers by the id of their question. What was not asked is not there. */
export type Answers = Readonly<Record<string, Answer | undefined>>

/** A kp.yaml that is being made: sections as they are written, without apiVersion and kind. */
export type Draft = Record<string, unknown>

/** One way to answer, with what it gives and what it costs: a line each. */
export interface Choice {
  value: string
  lines: readonly [string, string]
}

/** Where an answer is kept, when it is not simply a field. */
export interface Store {
  /** Further fields that it writes. */
  paths?: readonly Path[]
  read(draft: Draft): Answer | undefined
  write(draft: Draft, value: Answer): void
}

/** One question. Its id is also the name of its flag. */
export interface Question {
  id: string
  /** The phase that it belongs to; questions stand in the order of the phases. */
  phase: string
  kind: 'choice' | 'text' | 'number' | 'list' | 'switch'
  /** What is asked, in a few words; the flag's help too. */
  title: string
  /** Why it is asked, and what depends on it. */
  why: readonly [string, string]
  /** For `choice`, every value of the field; for `switch`, `yes` and `no`. */
  choices?: readonly Choice[]
  /** The field of kp.yaml that the answer decides. */
  path: Path
  /** The choice that stands for a phase that is off: the field then is `enabled: false`. */
  off?: string
  /** What kp does where nothing is said; undefined where the answer has to be given. */
  initial(answers: Answers): Answer | undefined
  /** Whether earlier answers leave it open; `needs` says in words when. */
  when?: (answers: Answers) => boolean
  needs?: string
  /** Whether it may be answered with nothing. */
  optional?: boolean
  /** Written also where it is what kp would do anyway. */
  always?: boolean
  /** The fields beside it are read by it: it is written where one of them is. */
  kindOf?: boolean
  /** What the schema cannot know: a sentence about what is wrong. */
  check?: (value: Answer, answers: Answers) => string | undefined
  store?: Store
}

/** A text answer; '' where there is none. */
export const textOf = (answers: Answers, id: string): string => {
  const value = answers[id]
  return typeof value === 'string' ? value : ''
}

/** An answer as a word: names separated by commas, `true` and `false`. */
export const plain = (value: Answer): string => (typeof value === 'object' ? value.join(',') : typeof value === 'boolean' ? (value ? 'true' : 'false') : value)

/** The names of a list; those of a text are separated by commas. */
export const listOf = (value: Answer): string[] =>
  (typeof value === 'object' ? value : plain(value).split(',')).map((name) => name.trim()).filter((name) => name !== '')

/** Yes and no, with their lines. */
export const yesNo = (yes: readonly [string, string], no: readonly [string, string]): readonly Choice[] => [{value: 'yes', lines: yes}, {value: 'no', lines: no}]
