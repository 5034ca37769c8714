/** Checks of phase 12. */
import type {PlatformCheck} from '../../context.ts'
import {deliveryChecks} from './checks-delivery.ts'
import {gitChecks} from './checks-git.ts'
import {rotationChecks} from './checks-rotation.ts'
import {vaultChecks} from './checks-vault.ts'

export const checks: PlatformCheck[] = [...vaultChecks, ...deliveryChecks, ...gitChecks, ...rotationChecks]
