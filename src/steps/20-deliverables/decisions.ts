/** Decision records: one for each choice of kp.yaml, with what else there was. */
import type {RepositoryContext, RepositoryFile} from '../../context.ts'
import {DECISIONS} from './decisions-data.ts'
import type {Decision} from './decisions-data.ts'

/** The records and their list. Their numbers never change: a choice that is not made has none. */
export function decisionFiles(ctx: RepositoryContext): RepositoryFile[] {
  const folder = ctx.spec.phases.deliverables.decisionRecords
  // Another environment may keep them elsewhere: each folder has all of them.
  const records = DECISIONS.map((decision, index) => ({decision, path: `${String(index + 1).padStart(4, '0')}-${decision.id}.md`}))
  return [
    {path: `${folder}/README.md`, text: list(records)},
    ...records.map(({decision, path}, index) => ({path: `${folder}/${path}`, text: recordOf(decision, index + 1, ctx)})),
  ]
}

function list(records: {decision: Decision; path: string}[]): string {
  return `# Decisions

Rendered by kp from kp.yaml. Change kp.yaml, then run: \`kp render\`

Why this platform is as it is. A choice that changes in kp.yaml changes its record; Git
keeps the one before. Records of your own go beside these, from 1000 on.

${records.map(({decision, path}) => `- [${decision.title}](${path})`).join('\n')}
`
}

function recordOf(decision: Decision, number: number, {environments}: Pick<RepositoryContext, 'environments'>): string {
  const chosen = environments.map((spec) => ({name: spec.environment.name, value: decision.chosen(spec)}))
  const values = new Set(chosen.map(({value}) => value))
  const mark = (value: string): string => (values.has(value) ? `**${value}**` : value)
  return `# ${number}. ${decision.title}

Field of kp.yaml: \`${decision.field}\`

## Context

${decision.context}

## Options

| option | gives | costs |
| --- | --- | --- |
${decision.options.map(({value, gives, costs}) => `| ${mark(value)} | ${gives} | ${costs} |`).join('\n')}

## Decision

${chosen.map(({name, value}) => `- ${name}: ${value}`).join('\n')}

## Cost against reliability

${decision.price}
`
}
