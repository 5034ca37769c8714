/** What a component's chart is installed with: the chart, the values, and their digest. */
import type {ChartSource, PlatformContext} from '../../context.ts'
import {standInValues} from '../../components/stand-in.ts'
import type {Values} from '../../components/types.ts'
import {platformValues} from '../../components/platform-values.ts'
import type {HelmRelease} from '../../tools/helm.ts'
import {RELEASE_LABELS, releaseDigest} from './release-state.ts'

/** Everything that decides a component's objects. */
export interface ReleaseInputs {
  source: ChartSource
  values: Values
  digest: string
  helm: HelmRelease
}

/**
 * @param installed the source of the release that is there: a lab stays with it
 * @throws KpError where the chart is not to be had
 */
export async function releaseInputs(ctx: PlatformContext, componentId: string, timeoutMs: number, installed?: ChartSource['kind']): Promise<ReleaseInputs> {
  const component = ctx.catalog.get(componentId)
  const source = await ctx.chart(component, installed)
  const rendered = platformValues(ctx, componentId)
  const values = source.kind === 'stand-in' ? standInValues(component, rendered) : rendered.values
  const digest = releaseDigest(source.identity, values)
  return {
    source,
    values,
    digest,
    helm: {
      name: component.releaseName,
      namespace: component.namespace,
      chart: source.chart,
      ...(source.version === undefined ? {} : {version: source.version}),
      ...(source.repo === undefined ? {} : {repo: source.repo}),
      values: JSON.stringify(values),
      labels: {[RELEASE_LABELS.platform]: ctx.spec.platform, [RELEASE_LABELS.digest]: digest, [RELEASE_LABELS.source]: source.kind, [RELEASE_LABELS.component]: component.id},
      timeoutMs,
    },
  }
}

/** Says in the output of the run where the chart of a step comes from. */
export function tellSource(ctx: PlatformContext, step: string, source: ChartSource): void {
  ctx.emit({code: 'note', phase: step.split('/')[0] ?? '', step, text: source.said})
}
