/** Phase 9: where logs go, and what the store wants to know. */
import {secretStore} from './stores.ts'
import {textOf, type Answers, type Question} from './types.ts'

const BACKEND = ['phases', 'logging', 'backend']
const store = (answers: Answers): string => textOf(answers, 'logging')
const logged = (answers: Answers): boolean => store(answers) !== '' && store(answers) !== 'none'
const among = (...stores: string[]) => (answers: Answers): boolean => stores.includes(store(answers))
const REFERENCE = 'env:NAME, file:PATH, aws-sm:ID or vault:PATH#KEY.'

export const loggingQuestions: readonly Question[] = [
  {
    id: 'logging', phase: 'logging', kind: 'choice', title: 'Where logs go', path: ['phases', 'logging', 'backend', 'type'], off: 'none', kindOf: true,
    why: ['An agent on each node reads the logs of all containers and sends them on.', 'Logs are gone with their pod otherwise.'],
    choices: [
      {value: 'opensearch', lines: ['Search and dashboards in the cluster itself: nothing leaves it.', 'Three nodes with volumes and several GiB of memory are yours to run.']},
      {value: 'splunk-hec', lines: ['Your Splunk, where security looks already.', 'Priced by volume: sampling and dropping pay off.']},
      {value: 'elasticsearch', lines: ['An Elasticsearch that you have already.', 'Its indexes and their life are yours to keep.']},
      {value: 'logstash', lines: ['Your own pipeline takes them and decides what happens.', 'One more station that can be full or down.']},
      {value: 'cloudwatch', lines: ['Nothing to run on AWS, and kept as long as you like.', 'Paid by the gigabyte taken in; queries are paid too.']},
      {value: 'http', lines: ['Anything that takes JSON by HTTP.', 'What happens when it is slow is up to it.']},
      {value: 'none', lines: ['Nothing to run: kubectl logs shows what pods still have.', 'What a dead pod said is gone.']},
    ],
    initial: () => 'opensearch',
  },
  {
    id: 'log-agent', phase: 'logging', kind: 'choice', title: 'What reads the logs on each node', path: ['phases', 'logging', 'agent'],
    why: ['Both read every container, shape lines and wait on disk for a slow store.', 'It can be changed later; lines may then come twice.'],
    choices: [
      {value: 'fluent-bit', lines: ['Small: some 50 MiB on each node, and known everywhere.', 'Shapes lines by filters; for more it needs Lua.']},
      {value: 'vector', lines: ['A language of its own to shape lines, and tests for it.', 'Some 150 MiB on each node.']},
    ],
    when: logged, needs: 'a log store', initial: () => 'fluent-bit',
  },
  {
    id: 'log-host', phase: 'logging', kind: 'text', title: 'Host of the log store', path: [...BACKEND, 'host'],
    why: ['A name or an address that the nodes reach, without a scheme.', 'The port is the usual one; phases.logging.backend.port changes it.'],
    when: among('splunk-hec', 'elasticsearch', 'logstash'), needs: 'Splunk, Elasticsearch or Logstash', initial: () => undefined,
  },
  {
    id: 'log-url', phase: 'logging', kind: 'text', title: 'Address that takes the logs', path: [...BACKEND, 'url'],
    why: ['As https://logs.example.com/in: lines are posted there as JSON.', 'Without a password in it: a token is asked for as a reference.'],
    when: among('http'), needs: 'a log store of type http', initial: () => undefined,
  },
  {
    id: 'log-token', phase: 'logging', kind: 'text', title: 'Token of the log store, as a reference', path: [...BACKEND, 'token'],
    store: secretStore([...BACKEND, 'token'], 'log-token'),
    why: [REFERENCE, 'Of Splunk: the token of an HTTP event collector with this index.'],
    when: among('splunk-hec'), needs: 'Splunk', initial: () => undefined,
  },
  {
    id: 'log-user', phase: 'logging', kind: 'text', title: 'User of the log store, as a reference', path: [...BACKEND, 'username'], optional: true,
    store: secretStore([...BACKEND, 'username'], 'log-user'),
    why: [REFERENCE, 'Nothing for a store that everybody may write to.'],
    when: among('elasticsearch', 'logstash'), needs: 'Elasticsearch or Logstash', initial: () => '',
  },
  {
    id: 'log-password', phase: 'logging', kind: 'text', title: 'Password of that user, as a reference', path: [...BACKEND, 'password'],
    store: secretStore([...BACKEND, 'password'], 'log-password'),
    why: [REFERENCE, 'It may create indexes and write to them, no more.'],
    when: (answers) => among('elasticsearch', 'logstash')(answers) && textOf(answers, 'log-user') !== '', needs: 'a user of the log store', initial: () => undefined,
  },
  {
    id: 'log-retention', phase: 'logging', kind: 'text', title: 'How long logs are kept', path: [...BACKEND, 'retention'],
    why: ['As 14d or 12w. Audits often want 90 days or a year.', 'Twice the time is twice the volume, or twice the bill.'],
    when: among('opensearch', 'cloudwatch'), needs: 'OpenSearch in the cluster, or CloudWatch', initial: (answers) => (store(answers) === 'cloudwatch' ? '30d' : '14d'),
  },
  {
    id: 'log-volume', phase: 'logging', kind: 'text', title: 'Volume of each node of OpenSearch', path: [...BACKEND, 'volume'],
    why: ['Three nodes with 50Gi hold some 4 GiB of logs a day for 14 days.', 'A full one makes OpenSearch read-only; most storage classes can grow it later.'],
    when: among('opensearch'), needs: 'OpenSearch in the cluster', initial: () => '50Gi',
  },
]
