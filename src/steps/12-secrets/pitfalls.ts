/** Known failures of phase 12, by code. */
import type {Pitfall} from '../../engine/types.ts'
import {deliveryPitfalls} from './pitfalls-delivery.ts'
import {gitPitfalls} from './pitfalls-git.ts'
import {vaultPitfalls} from './pitfalls-vault.ts'

export const pitfalls: Pitfall[] = [...vaultPitfalls, ...deliveryPitfalls, ...gitPitfalls]
