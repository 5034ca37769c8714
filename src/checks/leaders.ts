/** Programs of the control plane of which one at a time works: the holder of a Lease of its name in kube-system. */
export const LEADERS: readonly string[] = ['kube-scheduler', 'kube-controller-manager']
