/** Names that steps and checks of phase 16 share. */
import type {ManifestContext} from '../../context.ts'

/** Namespace of Chaos Mesh. */
export const CHAOS_NAMESPACE = 'chaos-mesh'
export const CHAOS_API = 'chaos-mesh.org/v1alpha1'
/** Annotation without which the controller hits nothing in a namespace. */
export const INJECT = 'chaos-mesh.org/inject'
/** The admission policy, and its binding. */
export const POLICY = 'kp-chaos-scope'

/** Kinds that make a fault in pods. */
export const FAULTS = ['PodChaos', 'NetworkChaos', 'StressChaos', 'IOChaos', 'TimeChaos', 'HTTPChaos', 'DNSChaos', 'JVMChaos'] as const
/** Kinds that make others. */
export const PLANS = ['Schedule', 'Workflow'] as const
/** Kinds that hit machines or clouds: no namespace bounds them. */
export const UNBOUNDED = ['AWSChaos', 'AzureChaos', 'GCPChaos', 'KernelChaos', 'BlockChaos', 'PhysicalMachineChaos'] as const

/** The namespaces where faults may be made. */
export const allowed = ({spec}: Pick<ManifestContext, 'spec'>): string[] => spec.phases.chaos.namespaces
