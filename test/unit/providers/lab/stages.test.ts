import {readFileSync} from 'node:fs'
import {basename, join} from 'node:path'
import {describe, expect, it} from 'vitest'
import {componentStages, componentsWithStages, coreStages, readStage} from '../../../../src/providers/lab/stages.ts'
import type {Stage} from '../../../../src/providers/lab/stages.ts'

const HOME = join(import.meta.dirname, '..', '..', '..', '..')
const FILES = [...coreStages(HOME), ...componentsWithStages(HOME).flatMap((component) => componentStages(HOME, component))]

interface Spec {
  resourceRef: {apiGroup: string; kind: string}
  selector: {matchExpressions?: {jq?: {key: string; operator: string}}[]; matchLabels?: object; matchAnnotations?: object}
  steps: {patch?: {subresource?: string; root?: string; type?: string}; apply?: object; event?: object; delete?: boolean; finalizers?: object}[]
}

const specOf = (stage: Stage): Spec => stage.spec as unknown as Spec

describe('stages', () => {
  it('exist for the core and for components', () => {
    expect(coreStages(HOME).length).toBeGreaterThan(10)
    expect(componentStages(HOME, 'none')).toEqual([])
  })

  it('get the version of the lab where a node does not name its own', () => {
    const file = coreStages(HOME).find((path) => path.endsWith('node-ready.yaml')) ?? ''
    expect(JSON.stringify(readStage(file, '1.36.3'))).toContain('v1.36.3')
  })

  describe.each(FILES.map((path) => [path.slice(HOME.length + 1), path]))('%s', (_, path) => {
    const stage = readStage(path, '1.36.3')
    const spec = specOf(stage)

    it('holds one Stage, named after the file, with a word on what it does', () => {
      expect(stage).toMatchObject({apiVersion: 'kwok.x-k8s.io/v1alpha1', kind: 'Stage', metadata: {name: `kp-${basename(path, '.yaml')}`}})
      expect(readFileSync(path, 'utf8')).toMatch(/^# \S/)
    })

    it('selects by jq alone: an expression in CEL that does not compile ends kwok', () => {
      for (const expression of spec.selector.matchExpressions ?? []) expect(Object.keys(expression)).toEqual(['jq'])
    })

    it('uses names of the lab for labels and annotations', () => {
      for (const [, name] of JSON.stringify(spec).matchAll(/\b((?:[\w-]+\.)*lab\/[\w-]+)/g)) expect(name).toMatch(/^lab\.kp\.dev\//)
    })

    it('merges the status of custom resources, and changes nothing else of what it selects', () => {
      const custom = spec.resourceRef.apiGroup.includes('.')
      // The status of an Application is no subresource, and its controller takes the operation away.
      const whole = spec.resourceRef.kind === 'Application'
      // Nor is that of Velero's kinds.
      const status = spec.resourceRef.apiGroup.startsWith('velero.io/') ? {} : {subresource: 'status'}
      for (const {patch} of spec.steps) {
        if (patch === undefined) continue
        if (patch.root === 'metadata') continue
        expect(patch).toMatchObject(whole ? {root: '', type: 'merge'} : {...status, root: 'status', ...(custom ? {type: 'merge'} : {})})
      }
    })
  })
})
