/** What phases.logging of kp.yaml becomes for the agents: their configuration, held against what they understand. */
import {describe, expect, it} from 'vitest'
import {parse} from 'yaml'
import {cloudWatchDays} from '../../../src/components/logging/backend.ts'
import {fluentBitConfig, fluentBitText} from '../../../src/components/logging/fluent-bit.ts'
import {vectorConfig} from '../../../src/components/logging/vector.ts'
import {parseSpec} from '../../../src/spec/load.ts'
import {resolveEnvironment} from '../../../src/spec/resolve.ts'
import type {EnvironmentSpec} from '../../../src/spec/types.ts'
import {FLUENT_BIT_KEYS, VECTOR_KEYS} from '../../data/agent-keys.ts'

type Loose = any

const BACKENDS = {
  own: '{type: opensearch}',
  opensearch: '{type: opensearch, inCluster: false, host: os.example.com, username: u, password: p, ca: c}',
  'splunk-hec': '{type: splunk-hec, host: splunk.example.com, token: t, ca: c}',
  elasticsearch: '{type: elasticsearch, host: es.example.com, tls: false}',
  logstash: '{type: logstash, host: ls.example.com, username: u, password: p}',
  cloudwatch: '{type: cloudwatch, retention: 20d}',
  http: '{type: http, url: "https://logs.example.com/in?x=1", token: t}',
} as const
const RICH = 'parsers: [cri, json, klog, nginx, apache, logfmt], multiline: [java, python, go, ruby, node], sample: [{namespace: shop, keepOneIn: 10}, {namespace: blog, keepOneIn: 3}], drop: [{matching: "GET /healthz$"}, {namespace: shop, matching: "^DEBUG it\'s"}], excludeNamespaces: [kube-system, ci],'

function spec(backend: string, more = ''): EnvironmentSpec {
  const text = `apiVersion: kp.dev/v1alpha1\nkind: Platform\nmetadata: {name: acme}\nnodePools: [{name: general, min: 3}]\nsecrets: {t: env:T, u: env:U, p: env:P, c: env:C}\nphases: {logging: {${more} backend: ${backend}}}\n`
  return resolveEnvironment(parseSpec('kp.yaml', text).spec, undefined)
}

const variants = Object.entries(BACKENDS).flatMap(([name, backend]) => [{name, spec: spec(backend)}, {name: `${name}, with all that shapes lines`, spec: spec(backend, RICH)}, {name: `${name}, as lines are`, spec: spec(backend, 'parsers: [], multiline: [],')}])

describe.each(variants)('Fluent Bit: $name', ({spec: platform}) => {
  const config = fluentBitConfig(platform) as Loose

  it('knows every section, plugin and property', () => {
    expect(Object.keys(config).filter((key) => !['service', 'parsers', 'pipeline'].includes(key))).toEqual([])
    expect(Object.keys(config.service).filter((key) => !FLUENT_BIT_KEYS['service']?.includes(key))).toEqual([])
    for (const [section, plugins] of Object.entries(config.pipeline as Record<string, Loose[]>)) {
      for (const plugin of plugins) {
        const known = FLUENT_BIT_KEYS[`${section}/${plugin.name}`]
        expect(known, `${section}/${plugin.name}`).toBeDefined()
        expect(Object.keys(plugin).filter((key) => !known?.includes(key)), plugin.name).toEqual([])
      }
    }
  })

  it('has parsers for every name that it uses', () => {
    const own = (config.parsers ?? []).map((parser: Loose) => parser.name)
    const used = config.pipeline.filters.filter((filter: Loose) => filter.name === 'parser').flatMap((filter: Loose) => filter.parser)
    expect(used).toEqual(own)
    const builtIn = new Set(['docker', 'cri', 'java', 'python', 'go', 'ruby'])
    for (const plugin of [...config.pipeline.inputs, ...config.pipeline.filters]) for (const name of (plugin['multiline.parser'] ?? '').split(', ').filter(Boolean)) expect(builtIn, name).toContain(name)
  })

  it('reads no line of its own, and sends to one store alone', () => {
    expect(config.pipeline.inputs[0].exclude_path).toContain('fluent-bit-*_logging_*')
    expect(config.pipeline.outputs).toHaveLength(1)
    expect(config.pipeline.outputs[0]).toMatchObject({match: 'kube.*', retry_limit: 'no_limits'})
  })

  it('names variables where a secret belongs', () => {
    const {http_passwd: password, splunk_token: token, header} = config.pipeline.outputs[0]
    for (const value of [password, token, header].filter((one) => one !== undefined)) expect(value).toMatch(/\$\{LOG_STORE_(PASSWORD|TOKEN)\}$/)
  })

  it('is the same text again after the chart has read it as a template', () => {
    expect(fluentBitText(platform).replaceAll('{{', '')).not.toContain('{{')
    expect(parse(fluentBitText(platform).replaceAll('{{"{{"}}', '{{'))).toEqual(config)
  })
})

describe.each(variants)('Vector: $name', ({spec: platform}) => {
  const config = vectorConfig(platform) as Loose

  it('has inputs that are there, and leads every line to the store', () => {
    const {sources, transforms = {}, sinks} = config
    const makers = new Set([...Object.keys(sources), ...Object.keys(transforms)])
    for (const [name, part] of Object.entries({...transforms, ...sinks} as Record<string, Loose>)) for (const input of part.inputs) expect(makers, `${name} reads ${input}`).toContain(input)
    let at = sinks.store.inputs[0] as string
    const way = [at]
    while (transforms[at] !== undefined) way.push((at = transforms[at].inputs[0]))
    expect(at).toBe('containers')
    expect(way.length).toBe(Object.keys(transforms).length + 1)
    expect(Object.keys(sources).filter((name) => !Object.values({...transforms, ...sinks} as Record<string, Loose>).some(({inputs}) => inputs.includes(name)))).toEqual([])
  })

  it('knows every type and field', () => {
    for (const section of ['sources', 'transforms', 'sinks'] as const) {
      for (const [name, part] of Object.entries((config[section] ?? {}) as Record<string, Loose>)) {
        const known = VECTOR_KEYS[`${section}/${part.type}`]
        expect(known, `${section}/${part.type}`).toBeDefined()
        expect(Object.keys(part).filter((key) => !['type', 'inputs', ...(known ?? [])].includes(key)), name).toEqual([])
      }
    }
  })

  it('names variables where a secret belongs', () => {
    const {auth, default_token: token} = config.sinks.store
    for (const value of [auth?.password, auth?.token, token].filter((one) => one !== undefined)) expect(value).toMatch(/^\$\{LOG_STORE_(PASSWORD|TOKEN)\}$/)
  })
})

describe('what shapes lines', () => {
  const rich = spec(BACKENDS.own, RICH)

  it('drops, samples and leaves out, in Fluent Bit', () => {
    const {pipeline} = fluentBitConfig(rich) as Loose
    expect(pipeline.inputs[0].exclude_path).toContain('/var/log/containers/*_ci_*.log')
    expect(pipeline.filters.filter(({name}: Loose) => name === 'grep')).toEqual([{name: 'grep', match: 'kube.*', exclude: 'log GET /healthz$'}, {name: 'grep', match: 'kube.*_shop_*', exclude: 'log ^DEBUG it\'s'}])
    expect(pipeline.filters.filter(({name}: Loose) => name === 'lua').map(({match, code}: Loose) => [match, /% (\d+)/.exec(code)?.[1]])).toEqual([['kube.*_shop_*', '10'], ['kube.*_blog_*', '3']])
    // Whole messages first; two rules for the same traces would send them twice.
    expect(pipeline.filters[0]).toMatchObject({name: 'multiline', 'multiline.parser': 'java, python, go, ruby'})
  })

  it('drops, samples and leaves out, in Vector', () => {
    const {sources, transforms} = vectorConfig(rich) as Loose
    expect(sources.containers.extra_namespace_label_selector).toBe('kubernetes.io/metadata.name notin (kube-system,ci)')
    // A dollar is doubled, so that it is not taken for a variable; a quote cannot end the expression.
    expect(transforms.drop_1.condition).toBe('!(match(to_string(.message) ?? "", r\'GET /healthz$$\'))')
    expect(transforms.drop_2.condition).toBe('!(.kubernetes.pod_namespace == "shop" && match(to_string(.message) ?? "", r\'^DEBUG it\\x27s\'))')
    expect(transforms.sample_2).toMatchObject({type: 'sample', rate: 3, exclude: '.kubernetes.pod_namespace != "blog"'})
  })

  it('keeps logs in CloudWatch for at least as long as was asked', () => {
    expect([1, 2, 14, 20, 91, 5000].map(cloudWatchDays)).toEqual([1, 3, 14, 30, 120, 3653])
  })
})
