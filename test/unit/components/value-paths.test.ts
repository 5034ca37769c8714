import {describe, expect, it} from 'vitest'
import {formatValuePaths, valuePathsOf} from '../../../scripts/value-paths.ts'

describe('valuePathsOf', () => {
  it('is empty for a chart that takes none, and open for one of which nothing is known', () => {
    expect(valuePathsOf({values: '', templates: ['kind: CustomResourceDefinition']})).toEqual({})
    expect(formatValuePaths({})).toBe('{}\n')
    expect(valuePathsOf({values: ''})).toBe('*')
  })

  it('takes the keys of values.yaml; empty maps, lists and scalars take anything', () => {
    expect(valuePathsOf({values: 'b: {d: 1, c: {}}\na: [x]\ne: null\n', templates: []})).toEqual({a: '*', b: {c: '*', d: '*'}, e: '*'})
  })

  it('takes nothing but the schema where that refuses other keys', () => {
    const schema = JSON.stringify({$ref: '#/$defs/all', $defs: {all: {additionalProperties: false, properties: {image: {$ref: '#/$defs/image'}, nodeSelector: {type: 'object'}}}, image: {properties: {tag: {}, digest: {}}}}})
    expect(valuePathsOf({values: 'nodeSelector: {os: linux}\nother: 1\n', schema})).toEqual({image: {digest: '*', tag: '*'}, nodeSelector: '*'})
  })

  it('adds keys of an open schema', () => {
    expect(valuePathsOf({values: 'a: {b: 1}\n', schema: '{"properties": {"a": {"properties": {"c": {}}}}}'})).toEqual({a: {b: '*', c: '*'}})
  })

  it('adds what templates read', () => {
    expect(valuePathsOf({values: 'pdb: {min: 1}\n', templates: ['{{ .Values.pdb.max }} {{ .Values.name.full | quote }} {{ .Values.pdb.min.x }}']})).toEqual({name: {full: '*'}, pdb: {max: '*', min: '*'}})
  })

  it('lets a map take anything where templates take it as a whole', () => {
    const values = 'a: {x: 1}\nb: {x: 1}\nc: {x: 1}\nd: {x: 1}\ne: {x: 1}\n'
    expect(valuePathsOf({values, templates: ['{{ toYaml .Values.a | nindent 2 }}{{- $b := .Values.b }}{{- range $k, $v := .Values.c }}{{- end }}', '{{- with .Values.d }}\n  d:\n    {{- toYaml . | nindent 4 }}\n{{- end }}', '{{ if .Values.e }}{{ end }}']})).toEqual({a: '*', b: '*', c: '*', d: '*', e: {x: '*'}})
  })

  it('lets maps that Kubernetes defines take anything', () => {
    expect(valuePathsOf({values: 'resources: {limits: {memory: 1Gi}}\npodLabels: {a: b}\nlivenessProbe: {httpGet: {}}\nimage: {tag: x}\n', templates: []})).toEqual({image: {tag: '*'}, livenessProbe: '*', podLabels: '*', resources: '*'})
  })

  it('adds commented-out keys where there are neither schema nor templates', () => {
    expect(valuePathsOf({values: 'server:\n  port: 80\n  # tls: {}\n  #   nested: 1\n# extra: []\n# ref: https://example.com\nlast: 1\n'})).toEqual({extra: '*', last: '*', server: {port: '*', tls: '*'}})
  })
})

describe('formatValuePaths', () => {
  it('writes a line for each key of the top level', () => {
    expect(formatValuePaths({a: '*', b: {c: '*'}})).toBe('{\n"a": "*",\n"b": {"c":"*"}\n}\n')
    expect(formatValuePaths('*')).toBe('"*"\n')
  })
})
