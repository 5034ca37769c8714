/** The cases of all checks, by phase; one file a phase. */
import type {CheckCase} from '../helpers/check-cases.ts'
import {certManagerCases} from './cert-manager.ts'

export const CASES: readonly CheckCase[] = [
  ...certManagerCases,
]

/** Phases whose checks all have cases. A phase is added with its cases. */
export const COVERED: readonly string[] = []
