/** Phases 19 and 20: what is promised, and how the repository is laid out. */
import {valueAt} from '../../spec/paths.ts'
import {setAt} from '../draft.ts'
import {textOf, type Answers, type Question, type Store} from './types.ts'

const DEFAULT_OBJECTIVE = '99.9'
const PATH = ['slos', 0, 'objective']

/** Whether something counts the requests of the demo application. */
const counted = (answers: Answers): boolean => answers['monitoring'] === true && !['none', 'aws-load-balancer-controller'].includes(textOf(answers, 'ingress')) && answers['demo'] !== false

/** The objective of the demo application; others stay as they are. */
const demoObjective: Store = {
  paths: [['slos']],
  read(draft) {
    const value = valueAt(draft, PATH)
    return value === undefined ? undefined : String(value)
  },
  write(draft, value) {
    if (draft['slos'] === undefined && value === DEFAULT_OBJECTIVE) return
    if (valueAt(draft, ['slos', 0]) === undefined) setAt(draft, ['slos'], [{name: 'demo-availability', objective: 99.9, indicator: {type: 'http-errors', route: 'demo'}}])
    setAt(draft, PATH, Number(value))
  },
}

export const sloQuestions: readonly Question[] = [
  {
    id: 'objective', phase: 'slo', kind: 'text', title: 'Per cent of the requests that must work', path: PATH, store: demoObjective,
    why: ['99.9 allows 43 minutes of outage a month, 99 seven hours, 99.99 four minutes.', 'Alerts page by how fast that budget burns. More promises: slos in kp.yaml.'],
    check: (value) => (/^\d{1,2}(\.\d{1,4})?$/.test(String(value)) && Number(value) > 0 ? undefined : 'must be a number above 0 and below 100 such as 99.9; 100 leaves no room for any failure'),
    when: counted, needs: 'monitoring, and a way in that counts requests in the cluster', initial: () => DEFAULT_OBJECTIVE,
  },
]

export const deliverablesQuestions: readonly Question[] = [
  {
    id: 'ci', phase: 'deliverables', kind: 'choice', title: 'What runs on a pull request and on merge', path: ['phases', 'deliverables', 'ci'],
    why: ['kp plan on each pull request, kp up on merge, an approval before production.', 'Its runners must reach the cluster, and get the secrets that kp.yaml refers to.'],
    choices: [
      {value: 'github-actions', lines: ['A workflow beside the repository, and one for applications to copy.', 'The repository must be on GitHub.']},
      {value: 'gitlab-ci', lines: ['A pipeline beside the repository, and one for applications to include.', 'The repository must be on GitLab.']},
      {value: 'none', lines: ['People run kp: nothing else needs rights on the cluster.', 'Who changed what is in the journals of their machines alone.']},
    ],
    initial: () => 'github-actions',
  },
  {
    id: 'layout', phase: 'deliverables', kind: 'choice', title: 'Layout of clusters/ for other tools', path: ['phases', 'deliverables', 'layout'],
    why: ['kp needs neither; reviews, diffs and other tools read it.', 'Can be changed at any time: the files are written anew.'],
    choices: [
      {value: 'kustomize', lines: ['Comes with kubectl, and names every manifest and chart.', 'Charts are shown only with --enable-helm.']},
      {value: 'helmfile', lines: ['Releases as helm sees them: helmfile diff shows what changes.', 'One more tool, and manifests stand beside it.']},
    ],
    initial: () => 'kustomize',
  },
]
