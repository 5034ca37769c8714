// Builds dist/ from src/, bundled so that a command loads a handful of files, and the manifest by which oclif starts fast.
import {globSync, readFileSync, rmSync, writeFileSync} from 'node:fs'
import {fileURLToPath} from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))
const wanted = JSON.parse(readFileSync(`${root}package.json`, 'utf8')).engines.node
if (Number(process.versions.node.split('.')[0]) < Number(wanted.replace('>=', '').split('.')[0])) {
  console.error(`building kp needs Node ${wanted}; npm run build takes the one of node_modules`)
  process.exit(4)
}
const {rolldown} = await import('rolldown')
const {Plugin} = await import('@oclif/core')
const manifest = `${root}oclif.manifest.json`

rmSync(`${root}dist`, {recursive: true, force: true})
rmSync(manifest, {force: true})

// Every command and hook stays a file of its own, where oclif looks for it; what they share goes into chunks beside them in dist/,
// one level below the root: src/home.ts counts on that.
const entries = ['run.ts', 'providers/lab/services/process.ts', ...globSync(['commands/**/*.ts', 'hooks/{command-not-found,help}.ts'], {cwd: `${root}src`})].toSorted()
const bundle = await rolldown({
  cwd: root,
  input: Object.fromEntries(entries.map((path) => [path.replace(/\.ts$/, ''), `src/${path}`])),
  platform: 'node',
  // It evaluates text and reads its own files: it is loaded from node_modules, by the one command that wants it.
  external: ['autocannon'],
  checks: {unresolvedImport: true},
  resolve: {alias: {ejs: `${root}src/hooks/templates.ts`}},
})
await bundle.write({dir: 'dist', format: 'esm', entryFileNames: '[name].js', chunkFileNames: '[name]-[hash].js', sourcemap: false, minify: {mangle: false, compress: false, codegen: {removeWhitespace: true}}})
await bundle.close()

const {compileCatalog} = await import('../src/components/compiled.ts')
compileCatalog(root)

const plugin = new Plugin({root, type: 'core', ignoreManifest: true, errorOnManifestCreate: true, respectNoCacheDefault: true})
await plugin.load()
writeFileSync(manifest, JSON.stringify(plugin.manifest))
