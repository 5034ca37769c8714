/** What steps of several phases wait for. */

/** Pods can start, keep data and talk: nodes and storage, then the pod network. What proves the network, and what volumes need besides their class, runs beside. */
export const PODS_CAN_RUN: readonly string[] = ['node-pools/storage-class', 'cni/network-policies']
