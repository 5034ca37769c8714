import {defineConfig} from 'vitest/config'

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    globalSetup: ['test/helpers/shared-platforms.ts'],
    testTimeout: 30_000,
    hookTimeout: 120_000,
    // oclif's own capture of output needs the real console.
    disableConsoleIntercept: true,
    pool: 'forks',
  },
})
