/** The pages of docs/commands, made from the command classes. */
import {EXIT} from '../../src/engine/errors.ts'
import {EXIT_MEANINGS} from '../../src/engine/exit-meanings.ts'
import type {CommandFace, Input} from './commands.ts'
import {anchor, block, code, generated, page, plain, table} from './markdown.ts'

const IN_COMMON = 'Every command also has the [flags in common](README.md#flags-of-every-command).'

/** The page that a command is on: `lab` for `lab up`, `kp` for a command without a topic. */
export function topicOf(command: CommandFace, all: CommandFace[]): string {
  const [first = ''] = command.id.split(' ')
  return all.some((other) => other.id.startsWith(`${first} `)) ? first : 'kp'
}

/** docs/commands/<topic>.md */
export function topicPage(topic: string, commands: CommandFace[]): string {
  if (topic === 'step') return stepPage(commands)
  const list = commands.map((command) => `- [kp ${command.id}](#${anchor(`kp ${command.id}`)}): ${plain(command.summary)}`)
  return page(topic === 'kp' ? '# kp' : `# kp ${topic}`, generated(topic === 'kp' ? 'src/commands' : `src/commands/${topic}`), IN_COMMON, list.join('\n'), ...commands.map(section))
}

/** docs/commands/step.md: the commands differ in their phase alone. */
function stepPage(commands: CommandFace[]): string {
  const [first] = commands
  return page(
    '# kp step',
    generated('src/step-command.ts'),
    'Builds one phase, shows what it would change, or runs its checks.',
    first === undefined ? undefined : flagTable(first.flags),
    IN_COMMON,
    first === undefined ? undefined : block(first.examples),
    ...commands.map((command) => `## kp ${command.id}\n\n[${plain(command.summary)}](../phases/${command.id.split(' ')[1] ?? ''}.md)`),
  )
}

/** docs/commands/README.md */
export function commandsPage(all: CommandFace[]): string {
  const topics = [...new Set(all.map((command) => topicOf(command, all)))]
  return page(
    '# Commands',
    generated('src/commands'),
    table(
      ['command', 'what it does'],
      all.map((command) => [`[kp ${command.id}](${topicOf(command, all)}.md#${anchor(`kp ${command.id}`)})`, plain(command.summary)]),
    ),
    `By topic: ${topics.toSorted().map((topic) => `[${topic}](${topic}.md)`).join(', ')}.`,
    '## Flags of every command',
    flagTable(all[0]?.baseFlags ?? {}),
    '## Completion',
    'For bash, zsh and PowerShell: what this prints says how to switch it on.',
    block(['kp autocomplete bash']),
    '## Exit codes',
    table(['code', 'meaning'], Object.entries(EXIT).map(([name, value]) => [String(value), plain(EXIT_MEANINGS[name as keyof typeof EXIT])])),
    'More about them: [exit codes](../exit-codes.md).',
  )
}

function section(command: CommandFace): string {
  const {description, flags, args} = command
  const argumentList = Object.entries(args).map(([name, input]) => `- ${code(input.name ?? name)}: ${plain(input.description ?? '')}${input.required === true ? ' (required)' : ''}`)
  return [
    `## kp ${command.id}`,
    plain(command.summary) + '.',
    ...(description === undefined ? [] : [plain(description)]),
    ...(argumentList.length === 0 ? [] : [argumentList.join('\n')]),
    ...(Object.keys(flags).length === 0 ? [] : [flagTable(flags)]),
    block(command.examples),
  ].join('\n\n')
}

function flagTable(flags: Record<string, Input>): string {
  const rows = Object.entries(flags)
    .toSorted(([a], [b]) => a.localeCompare(b))
    .map(([name, flag]) => [flagName(name, flag), flagMeaning(flag)])
  return table(['flag', 'meaning'], rows)
}

function flagName(name: string, flag: Input): string {
  const value = flag.type === 'option' ? ` ${flag.helpValue ?? (flag.options === undefined ? name.toUpperCase() : flag.options.join('\\|'))}` : ''
  return `${flag.char === undefined ? '' : `\`-${flag.char}\`, `}\`--${flag.allowNo === true ? '[no-]' : ''}${name}${value.replaceAll('\\|', '|')}\``
}

function flagMeaning(flag: Input): string {
  const notes = [
    ...(flag.default === undefined || flag.default === false || flag.allowNo === true ? [] : [`default ${code(String(flag.default))}`]),
    ...(flag.env === undefined ? [] : [`or ${code(flag.env)} in the environment`]),
    ...(flag.exclusive === undefined ? [] : [`not with ${flag.exclusive.map((other) => code(`--${other}`)).join(', ')}`]),
    ...(flag.dependsOn === undefined ? [] : [`with ${flag.dependsOn.map((other) => code(`--${other}`)).join(' and ')}`]),
  ]
  return `${plain(flag.summary ?? flag.description ?? '')}${notes.length === 0 ? '' : ` (${notes.join('; ')})`}`
}
