#!/usr/bin/env node
// Entry for work on kp itself: runs the TypeScript sources directly, without a build.
import {readFileSync} from 'node:fs'
import {fileURLToPath} from 'node:url'
import {execute} from '@oclif/core'

const root = fileURLToPath(new URL('..', import.meta.url))
const pjson = JSON.parse(readFileSync(`${root}package.json`, 'utf8').replaceAll('./dist/', './src/'))
await execute({dir: import.meta.url, loadOptions: {root, pjson, ignoreManifest: true}})
