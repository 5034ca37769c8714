/**
 * CustomResourceDefinitions from the `crds/` folder of a chart. helm installs
 * them once and never again looks at them; kp keeps them like everything else.
 */
import {createHash} from 'node:crypto'
import type {ChartSource, PlatformContext} from '../../context.ts'
import {neededFirst, runtimeDefinitions} from '../../components/stand-in.ts'
import type {Component} from '../../components/types.ts'
import {parseManifest} from '../../tools/helm.ts'
import type {KubeObject} from '../../tools/kube-api.ts'

/** The definitions of a chart; asked of helm once per chart, then kept in a file. */
export async function chartDefinitions(ctx: PlatformContext, component: Component, source: ChartSource): Promise<KubeObject[]> {
  if (source.kind === 'stand-in') return neededFirst(component) as unknown as KubeObject[]
  // In the lab nobody makes the kinds that a component makes itself when it starts.
  const runtime = ctx.provider.simulated ? runtimeObjects(component) : []
  if (!component.chartCrds) return runtime
  const file = ctx.cacheFile(`crds-${component.id}-${createHash('sha256').update(source.identity).digest('hex').slice(0, 16)}.json`)
  const known = file.read()
  if (known !== undefined) {
    try {
      return [...runtime, ...(JSON.parse(known) as KubeObject[])]
    } catch {
      // a broken cache file: made anew
    }
  }
  const result = await ctx.exec.run({
    tool: 'helm',
    args: ['show', 'crds', source.chart, ...(source.repo === undefined ? [] : ['--repo', source.repo]), ...(source.version === undefined ? [] : ['--version', source.version])],
    mutates: false,
    doing: `read the definitions of ${component.title}`,
  })
  const definitions = parseManifest(result.stdout).filter((object) => object.kind === 'CustomResourceDefinition')
  file.write(JSON.stringify(definitions))
  return [...runtime, ...definitions]
}

function runtimeObjects(component: Component): KubeObject[] {
  return runtimeDefinitions(component) as unknown as KubeObject[]
}
