/** The tests against the emulator of AWS: npm run test:aws. Each file has an emulator of its own, so that several run beside each other. */
import {defineConfig} from 'vitest/config'
import {BaseSequencer} from 'vitest/node'
import type {TestSpecification} from 'vitest/node'

/** Those that take longest: begun last they would run alone at the end. */
const LONG = ['kill-apply', 'kill-destroy', 'apart', 'eks', 'causes', 'kubeadm', 'dead-runs']

class LongestFirst extends BaseSequencer {
  override sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const place = ({moduleId}: TestSpecification): number => {
      const found = LONG.findIndex((name) => moduleId.endsWith(`/${name}.test.ts`))
      return found === -1 ? LONG.length : found
    }
    return Promise.resolve(files.toSorted((a, b) => place(a) - place(b)))
  }
}

export default defineConfig({
  test: {
    include: ['test/aws/**/*.test.ts'],
    globalSetup: ['test/helpers/shared-platforms.ts'],
    testTimeout: 900_000,
    hookTimeout: 900_000,
    disableConsoleIntercept: true,
    pool: 'forks',
    // terraform waits for the provider, and the provider for the emulator: one more than two cores.
    maxWorkers: 3,
    sequence: {sequencer: LongestFirst},
  },
})
