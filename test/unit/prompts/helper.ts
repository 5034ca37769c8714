/** Settings for tests of the wizard. */
import {PHASE_IDS} from '../../../src/spec/schema/phases.ts'
import type {Setting} from '../../../src/prompts/interview.ts'

/** A kp that can build everything that kp.yaml can say. */
export const EVERYTHING: Setting = {phases: new Set(PHASE_IDS), canBuild: () => true, base: {}}
