// Builds dist/ from src/ and the manifest by which oclif starts fast.
import {execFileSync} from 'node:child_process'
import {rmSync, writeFileSync} from 'node:fs'
import {fileURLToPath} from 'node:url'
import {Plugin} from '@oclif/core'

const root = fileURLToPath(new URL('..', import.meta.url))
const manifest = `${root}oclif.manifest.json`

rmSync(`${root}dist`, {recursive: true, force: true})
rmSync(manifest, {force: true})
execFileSync(process.execPath, [`${root}node_modules/typescript/bin/tsc`, '-p', 'tsconfig.json'], {cwd: root, stdio: ['ignore', 'inherit', 'inherit']})

const plugin = new Plugin({root, type: 'core', ignoreManifest: true, errorOnManifestCreate: true, respectNoCacheDefault: true})
await plugin.load()
writeFileSync(manifest, JSON.stringify(plugin.manifest))
