/**
 * Small charts in the place of the real ones: name, version and the objects that the catalog promises. They take the
 * values of the real charts, so kp installs them as it would those; what is in their images nobody knows.
 */
import {mkdirSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {standInObjects} from '../../src/components/stand-in-objects.ts'
import {platformValues} from '../../src/components/platform-values.ts'
import type {ManifestContext} from '../../src/context.ts'

/** One chart serves two components: these values of it tell them apart. */
const WHEN: Record<string, string> = {'gateway-api': '.Values.crds.gatewayAPI.enabled', 'envoy-gateway-crds': '.Values.crds.envoyGateway.enabled'}

/**
 * Writes unpacked charts for components of the catalog.
 * @param components default all
 * @returns the folders of the charts
 */
export function writeChartDoubles(folder: string, ctx: ManifestContext, components: readonly string[] = ctx.catalog.all().map(({id}) => id)): string[] {
  const charts = Map.groupBy(components.map((id) => ctx.catalog.get(id)), ({chart}) => chart.name)
  return [...charts].map(([name, sharing]) => {
    const home = join(folder, name)
    mkdirSync(join(home, 'templates'), {recursive: true})
    writeFileSync(join(home, 'Chart.yaml'), JSON.stringify({apiVersion: 'v2', name, version: sharing[0]?.chart.version, description: 'A double for tests.'}))
    for (const component of sharing) {
      const objects = standInObjects(component, platformValues(ctx, component.id).values)
      writeFileSync(join(home, `${component.id}.json`), JSON.stringify(objects))
      const when = WHEN[component.id] ?? 'true'
      writeFileSync(join(home, 'templates', `${component.id}.yaml`), `{{- if ${when} }}\n{{- range .Files.Get "${component.id}.json" | fromJsonArray }}\n---\n{{ toYaml . }}\n{{- end }}\n{{- end }}\n`)
    }
    return home
  })
}
