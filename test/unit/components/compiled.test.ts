/** The catalog as the build left it: the same as the sources, and never used where these have changed. */
import {cpSync, readFileSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {expect, test} from 'vitest'
import {compileCatalog, openCatalog} from '../../../src/components/compiled.ts'
import {loadCatalog} from '../../../src/components/load.ts'
import {tempFolder} from '../../helpers/temp.ts'
import {ROOT} from './samples.ts'

function copy(): string {
  const home = tempFolder()
  cpSync(join(ROOT, 'templates'), join(home, 'templates'), {recursive: true})
  return home
}

test('what was compiled is what is read, and it is what is taken', () => {
  const home = copy()
  compileCatalog(home)
  expect(openCatalog(home).all()).toEqual(loadCatalog(join(home, 'templates')).all())
  const path = join(home, 'dist', 'catalog', 'cilium.json')
  writeFileSync(path, readFileSync(path, 'utf8').replace('"title":"Cilium"', '"title":"compiled"'))
  expect(openCatalog(home).get('cilium').title).toBe('compiled')
})

test('a component that was changed since is read anew, and one of these alone', () => {
  const home = copy()
  compileCatalog(home)
  const path = join(home, 'templates', 'components', 'cilium', 'component.yaml')
  writeFileSync(path, readFileSync(path, 'utf8').replace(/^title: .*$/m, 'title: changed'))
  expect(openCatalog(home).get('cilium').title).toBe('changed')
})

test('a mistake is told when the component is asked for; what is not there is told by name', () => {
  const home = copy()
  const path = join(home, 'templates', 'components', 'cilium', 'component.yaml')
  writeFileSync(path, readFileSync(path, 'utf8').replace(/^title: .*$/m, 'tilte: Cilium'))
  const catalog = openCatalog(home)
  expect(catalog.get('cert-manager').id).toBe('cert-manager')
  expect(() => catalog.get('cilium')).toThrow(expect.objectContaining({details: expect.arrayContaining([expect.stringContaining('tilte')]) as string[]}) as Error)
  expect(() => catalog.get('celium')).toThrow('did you mean "cilium"?')
})
