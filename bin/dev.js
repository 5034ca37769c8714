#!/usr/bin/env node
// Entry for work on kp itself: runs the TypeScript sources directly.
process.env.KP_DEV = '1'
const {execute} = await import('@oclif/core')
await execute({dir: import.meta.url, development: true, loadOptions: {root: new URL('..', import.meta.url).pathname}})
