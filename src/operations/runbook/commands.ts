/** Which commands of a runbook kp can run itself, and how. Pure. */

/** Tools that kp runs with the platform's own kubeconfig. What is done on a machine is for the person who is on it. */
const TOOLS = new Set(['kubectl', 'helm', 'kp', 'argocd', 'flux', 'velero', 'etcdctl', 'etcdutl', 'aws', 'openssl', 'curl'])
/** Those that stay in the foreground, or ask. */
const NOT_RUN = /\b(?:port-forward|exec|edit|attach)\b|\s(?:-w|--watch)\b/

/** The names that a command leaves open: `<namespace>`. */
export function blanksOf(command: string): string[] {
  return [...new Set([...command.matchAll(/<([a-z][a-z-]*)>/g)].map(([, name]) => name ?? ''))]
}

/** Puts names in; those that nobody knows stay. */
export function fillBlanks(command: string, names: Record<string, string>): string {
  return command.replaceAll(/<([a-z][a-z-]*)>/g, (whole, name: string) => names[name] ?? whole)
}

/** A command as tool, arguments and input. */
export interface Runnable {
  tool: string
  args: string[]
  input?: string
}

/**
 * How kp would run it.
 * @returns why it would not
 */
export function runnable(command: string): Runnable | string {
  const [first = '', ...rest] = command.split('\n')
  const until = /\s<<'?(\w+)'?$/.exec(first)?.[1]
  const handed = until === undefined ? undefined : rest.slice(0, rest.at(-1) === until ? -1 : undefined).join('\n')
  const line = until === undefined ? command.replaceAll(/\\\n\s*/g, ' ') : first.replace(/\s<<'?\w+'?$/, '')
  const words = wordsOf(line)
  if (words === undefined) return 'it is more than one program: run it in a shell'
  const [tool = '', ...args] = words
  const open = blanksOf(line)
  if (open.length > 0) return `${open.map((name) => `<${name}>`).join(', ')} must be known`
  if (tool === 'sudo') return 'it is done on the machine'
  if (!TOOLS.has(tool)) return `kp does not run ${tool}`
  if (NOT_RUN.test(line)) return 'it stays open: run it in a shell'
  if (tool === 'kp' && args[0] === 'runbook') return 'it is another runbook'
  return {tool, args, ...(handed === undefined ? {} : {input: `${handed}\n`})}
}

/** Words as a shell would take them apart; undefined where it would do more than that. */
export function wordsOf(line: string): string[] | undefined {
  const words: string[] = []
  let word = ''
  let inside = false
  let quote = ''
  for (const letter of line) {
    if (quote !== '') {
      if (letter === quote) quote = ''
      else if (quote === '"' && (letter === '$' || letter === '`')) return undefined
      else word += letter
      continue
    }
    if (letter === '"' || letter === "'") {
      quote = letter
      inside = true
    } else if (letter === ' ' || letter === '\t') {
      if (inside) words.push(word)
      word = ''
      inside = false
    } else if ('|&;$`()'.includes(letter)) return undefined
    else {
      word += letter
      inside = true
    }
  }
  if (quote !== '') return undefined
  if (inside) words.push(word)
  // `<name>` is a blank, not a redirection; others are.
  return words.some((one) => /^[<>]|>$/.test(one) && !/<[a-z][a-z-]*>/.test(one)) ? undefined : words
}
