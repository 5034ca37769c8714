import {existsSync, readFileSync} from 'node:fs'
import {describe, expect, it} from 'vitest'
import {TOOLS, findTool, KUBERNETES_MINORS, labTools, toolsOfProgram} from '../../../../src/tools/toolchain/catalog.ts'
import {toolFolder} from '../../../../src/tools/toolchain/digest.ts'
import {cacheDir, labFile, stateDir} from '../../../../src/tools/toolchain/paths.ts'

describe('the catalog', () => {
  it('finds tools by name, version and program', () => {
    expect(findTool('kubernetes')?.version).toBe('1.36.3')
    expect(findTool('kubernetes', '1.35')?.version).toBe('1.35.4')
    expect(findTool('kubernetes', '1.3')).toBeUndefined()
    expect(toolsOfProgram('kubectl').map(({version}) => version)).toEqual(['1.36.3', '1.35.4'])
    expect(labTools('1.35').map(({name, version}) => `${name} ${version}`)).toEqual(['kwokctl 0.8.0', 'kwok 0.8.0', 'kubernetes 1.35.4'])
  })

  it('has a module for each Kubernetes minor, at the version of its entry', () => {
    for (const minor of KUBERNETES_MINORS) {
      const tool = findTool('kubernetes', minor)
      const module = readFileSync(labFile('toolchain', 'kubernetes', `v${minor}.mod`), 'utf8')
      expect(module).toContain(`k8s.io/kubernetes v${tool?.version}\n`)
      expect(module).toContain(`\ngo ${tool?.build.kind === 'module' ? tool.build.go : ''}\n`)
      expect(existsSync(labFile('toolchain', 'kubernetes', `v${minor}.sum`))).toBe(true)
    }
  })

  it('gives every entry a folder of its own', async () => {
    const folders = await Promise.all(TOOLS.map((tool) => toolFolder(tool, '/cache')))
    expect(new Set(folders).size).toBe(TOOLS.length)
    expect(folders[0]).toMatch(/^\/cache\/tools\/kubernetes\/1\.35\.4-\w+-\w+-[0-9a-f]{10}$/)
  })

  it('changes the folder with the recipe', async () => {
    const [tool] = TOOLS
    if (tool === undefined) throw new Error('empty')
    const other = {...tool, build: {...tool.build, ldflags: '-s'}}
    expect(await toolFolder(other, '/cache')).not.toBe(await toolFolder(tool, '/cache'))
  })
})

describe('paths', () => {
  it.each([
    [{KP_CACHE_DIR: '/c', XDG_CACHE_HOME: '/x', HOME: '/h'}, '/c'],
    [{XDG_CACHE_HOME: '/x', HOME: '/h'}, '/x/kp'],
    [{KP_CACHE_DIR: '', HOME: '/h'}, '/h/.cache/kp'],
  ])('cache %j', (env, path) => {
    expect(cacheDir(env)).toBe(path)
  })

  it('state', () => {
    expect(stateDir({KP_STATE_DIR: '/s'})).toBe('/s')
    expect(stateDir({XDG_STATE_HOME: '/x'})).toBe('/x/kp')
    expect(stateDir({HOME: '/h'})).toBe('/h/.local/state/kp')
  })
})
