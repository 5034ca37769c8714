/** The names of the stacks: folders of templates/terraform, in the order in which they are made. */
export const STACK_IDS = ['network', 'iam', 'eks', 'pod-roles', 'node-groups'] as const

/** The name of a stack. */
export type StackId = (typeof STACK_IDS)[number]
