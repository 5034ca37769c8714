/** The schema of kp.yaml; its sections are in `schema/`. Types are in `types.ts`. */
export {API_VERSION, BODY_KEYS, bodySchema, environmentSchema, platformSchema} from './schema/platform.ts'
export {KUBERNETES_VERSIONS} from './schema/cluster.ts'
export {ISSUERS} from './schema/phases-foundation.ts'
export {PHASE_IDS} from './schema/phases.ts'
export {PROVIDER_TYPES} from './schema/provider.ts'
