/** Who follows and who sets which resource of a workload: HorizontalPodAutoscalers and VerticalPodAutoscalers. Pure. */

/** An object with its fields. */
interface Fields {
  [field: string]: unknown
}

/** Resources that an HPA follows in per cent of the request. */
export function followed(hpa: Fields): string[] {
  const {metrics = []} = (hpa['spec'] ?? {}) as {metrics?: {type?: string; resource?: {name?: string; target?: {type?: string}}}[]}
  return metrics.flatMap(({type, resource}) => (type === 'Resource' && resource?.target?.type === 'Utilization' && resource.name !== undefined ? [resource.name] : []))
}

/** Resources whose requests a VPA sets: none where it only recommends. */
export function controlled(vpa: Fields): Set<string> {
  const {updatePolicy, resourcePolicy} = (vpa['spec'] ?? {}) as {updatePolicy?: {updateMode?: string}; resourcePolicy?: {containerPolicies?: {controlledResources?: string[]}[]}}
  if (updatePolicy?.updateMode === 'Off') return new Set()
  const policies = resourcePolicy?.containerPolicies ?? []
  return new Set(policies.length === 0 ? ['cpu', 'memory'] : policies.flatMap(({controlledResources}) => controlledResources ?? ['cpu', 'memory']))
}
