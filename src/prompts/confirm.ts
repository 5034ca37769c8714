/** Asks before anything is changed, as much as the risk deserves. The only importer of the prompt library. */
import {decideConfirmation, unanswered} from './confirmation.ts'
import type {ConfirmationRequest} from './confirmation.ts'
import {promptTheme, ttyPrompt} from './prompt.ts'
import type {PromptIo} from './prompt.ts'

/** What is asked, and where. */
export interface ConfirmOptions extends ConfirmationRequest {
  io: PromptIo
}

/** What a person answered, for the journal; nothing where flags answered. */
export interface Answered {
  question: string
  answer: string
}

/**
 * Goes on only where the change is confirmed: by a yes, by the cluster's name where it disrupts or
 * destroys, or by flags that say the same.
 * @throws KpError NOT_CONFIRMED (declined, wrong name, or `--confirm` is missing), NO_TERMINAL (names the flags), INTERRUPTED (Ctrl-C)
 */
export async function confirm(options: ConfirmOptions): Promise<Answered | undefined> {
  const decision = decideConfirmation(options)
  if (decision.kind === 'proceed') return undefined
  if (decision.kind === 'refuse') throw decision.error
  const {io} = options
  const {confirm: askYes, input: askText} = await import('@inquirer/prompts')
  const theme = promptTheme(io)
  if (decision.kind === 'ask') {
    const question = `${options.what}?`
    const yes = await ttyPrompt(io, (context) => askYes({message: question, default: false, theme}, context))
    if (!yes) throw unanswered(options)
    return {question, answer: 'yes'}
  }
  const question = `${options.what}? Type the cluster's name (${options.cluster}) to go on`
  const name = await ttyPrompt(io, (context) =>
    askText(
      {
        // On a line of its own: the prompt breaks a long line in the middle of a word.
        message: question.replace(/\? Type/, '?\n  Type'),
        theme,
        validate: (value) => value.trim() === '' || value.trim() === options.cluster || `This is not its name. Type ${options.cluster}, or nothing to stop.`,
      },
      context,
    ),
  )
  if (name.trim() !== options.cluster) throw unanswered(options)
  return {question, answer: options.cluster}
}
