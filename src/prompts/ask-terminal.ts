/** Asks on a terminal that can move its cursor: lists to walk through, texts to edit. */
import {BACK, type Asker, type Option} from './wizard.ts'
import {promptTheme, ttyPrompt, type PromptIo} from './prompt.ts'

/** Most lines of a list; longer ones scroll. */
const PAGE = 12

/** An asker for a terminal. Loads the prompt library with the first question. */
export function terminalAsker(io: PromptIo): Asker {
  const look: {style?: object} = promptTheme(io)
  const theme = {...look, icon: {cursor: io.unicode ? '❯' : '>'}, style: {...look.style, keysHelpTip: () => `(${io.unicode ? '↑↓' : 'arrows'} or first letters, then Enter)`}}
  return {
    say: (text) => void io.output.write(text),
    async choose(message, options, initial) {
      const {select} = await import('@inquirer/prompts')
      const choices = options.map(({value, name}: Option) => ({value, name, short: value === BACK ? 'back' : name}))
      return ttyPrompt(io, (context) => select({message, choices, pageSize: PAGE, loop: false, theme, ...(initial === undefined ? {} : {default: initial})}, context))
    },
    async type(message, initial, check) {
      const {input} = await import('@inquirer/prompts')
      return ttyPrompt(io, (context) => input({message, theme: look, ...(initial === '' ? {} : {default: initial}), validate: (text) => check(text) ?? true}, context))
    },
  }
}
