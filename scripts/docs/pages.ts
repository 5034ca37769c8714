/** Every generated page of docs/ that comes from the phases and the commands. */
import {phases} from '../../src/steps/index.ts'
import {readCommands} from './commands.ts'
import {commandsPage, topicOf, topicPage} from './command-pages.ts'
import {plain, generated, page, table} from './markdown.ts'
import {checksPage, phasePage, pitfallsPage} from './phase-pages.ts'
import {readOnlyPlatform} from './platform.ts'

/** Folders below docs/ in which every file is generated. */
export const GENERATED_FOLDERS = ['phases', 'checks', 'pitfalls', 'commands']

/** The pages by path below docs/. @param root the project's folder */
export async function docsPages(root: string): Promise<Map<string, string>> {
  const book = {phases, ctx: await readOnlyPlatform(root)}
  const commands = await readCommands(root)
  const pages = new Map<string, string>()
  for (const phase of phases) {
    pages.set(`phases/${phase.id}.md`, phasePage(phase, book))
    pages.set(`checks/${phase.id}.md`, checksPage(phase, book))
    pages.set(`pitfalls/${phase.id}.md`, pitfallsPage(phase))
  }
  pages.set('phases/README.md', phasesIndex())
  pages.set('commands/README.md', commandsPage(commands))
  for (const topic of new Set(commands.map((command) => topicOf(command, commands)))) {
    pages.set(`commands/${topic}.md`, topicPage(topic, commands.filter((command) => topicOf(command, commands) === topic)))
  }
  return pages
}

function phasesIndex(): string {
  return page(
    '# Phases',
    generated('src/steps/index.ts'),
    'In their order. A phase starts when those that it depends on are done; phases that do not depend on each other run side by side.',
    table(
      ['phase', 'what', 'checks', 'pitfalls'],
      phases.map((phase) => [`[${phase.number} ${phase.id}](${phase.id}.md)`, plain(phase.what), `[${phase.checks.length}](../checks/${phase.id}.md)`, `[${phase.pitfalls.length}](../pitfalls/${phase.id}.md)`]),
    ),
  )
}
