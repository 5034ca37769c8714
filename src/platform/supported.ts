/** What kp.yaml can say and this version of kp cannot build yet: it is told, never silently left out. */
import type {LoadedSpec} from '../spec/load.ts'
import type {EnvironmentSpec} from '../spec/types.ts'
import {KpError} from '../engine/errors.ts'

/**
 * Refuses choices that would be built as something else.
 * @throws KpError SPEC_INVALID that names every field with what can be built
 */
export function requireBuildable({phases}: EnvironmentSpec): void {
  const choices = [
    {field: 'phases.cni.plugin', enabled: phases.cni.enabled, chosen: phases.cni.plugin, buildable: 'cilium'},
    {field: 'phases.ingress.controller', enabled: phases.ingress.enabled, chosen: phases.ingress.controller, buildable: 'envoy-gateway'},
  ]
  const details = choices.filter(({enabled, chosen, buildable}) => enabled && chosen !== buildable).map(({field, chosen, buildable}) => `${field}: ${chosen} cannot be built yet, ${buildable} can`)
  if (details.length === 0) return
  throw new KpError({
    code: 'SPEC_INVALID',
    message: 'kp.yaml chooses what this version of kp cannot build yet',
    details,
    next: ['choose what can be built, or set enabled: false for the phase'],
  })
}

/** Warnings for the phases that kp.yaml names and that this version does not have. */
export function unbuiltPhases(loaded: Pick<LoadedSpec, 'document'>, known: readonly {id: string}[]): string[] {
  const {phases} = (loaded.document.toJS() ?? {}) as {phases?: Record<string, {enabled?: boolean} | null>}
  return Object.entries(phases ?? {})
    .filter(([id, settings]) => settings?.enabled !== false && !known.some((phase) => phase.id === id))
    .map(([id]) => `kp.yaml: phases.${id} is left out: this version of kp does not build it yet`)
}
