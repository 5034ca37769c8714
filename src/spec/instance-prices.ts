/**
 * List prices of machines, in US dollars an hour: Amazon EC2, on demand, Linux, us-east-1, of 2026-07-20. Data alone, taken from the
 * price list as karpenter-provider-aws publishes it.
 */

/** When they held. */
export const INSTANCES_AS_OF = '2026-07-20'

/** Of the size `large` of a family. */
const FAMILIES: Readonly<Record<string, number>> = {
  t3: 0.0832, t3a: 0.0752, t4g: 0.0672, m5: 0.096, m5a: 0.086, m5d: 0.113, m6i: 0.096, m6a: 0.0864, m6g: 0.077, m6id: 0.11865, m7i: 0.1008,
  'm7i-flex': 0.09576, m7a: 0.11592, m7g: 0.0816, m7gd: 0.1068, m8g: 0.08976, c5: 0.085, c5a: 0.077, c5d: 0.096, c6i: 0.085, c6a: 0.0765, c6g: 0.068,
  c7i: 0.08925, 'c7i-flex': 0.08479, c7a: 0.10264, c7g: 0.0725, c8g: 0.07976, r5: 0.126, r5a: 0.113, r6i: 0.126, r6a: 0.1134, r6g: 0.1008,
  r7i: 0.1323, r7a: 0.15215, r7g: 0.1071, r8g: 0.11782, m8i: 0.10584, c8i: 0.09371, r8i: 0.13892, m6in: 0.13923, c6in: 0.1134, i4g: 0.15444,
  im4gn: 0.1819,
}

/** What the other sizes cost of it; the list keeps to that within 0.3 %. */
const SIZES: Readonly<Record<string, number>> = {
  nano: 1 / 16, micro: 1 / 8, small: 1 / 4, medium: 1 / 2, large: 1, xlarge: 2, '2xlarge': 4, '4xlarge': 8, '8xlarge': 16, '9xlarge': 18, '12xlarge': 24, '16xlarge': 32, '24xlarge': 48,
}

/** Types whose sizes keep to no such rule. */
const OTHERS: Readonly<Record<string, number>> = {
  'i3.large': 0.156, 'i3.xlarge': 0.312, 'i3.2xlarge': 0.624, 'i3.4xlarge': 1.248, 'i3.8xlarge': 2.496, 'i3.16xlarge': 4.992, 'i4i.large': 0.172,
  'i4i.xlarge': 0.343, 'i4i.2xlarge': 0.686, 'i4i.4xlarge': 1.373, 'i4i.8xlarge': 2.746, 'i4i.12xlarge': 4.118, 'i4i.16xlarge': 5.491,
  'i4i.24xlarge': 8.2368, 'g4dn.xlarge': 0.526, 'g4dn.2xlarge': 0.752, 'g4dn.4xlarge': 1.204, 'g4dn.8xlarge': 2.176, 'g4dn.12xlarge': 3.912,
  'g4dn.16xlarge': 4.352, 'g5.xlarge': 1.006, 'g5.2xlarge': 1.212, 'g5.4xlarge': 1.624, 'g5.8xlarge': 2.448, 'g5.12xlarge': 5.672,
  'g5.16xlarge': 4.096, 'g5.24xlarge': 8.144, 'g5.48xlarge': 16.288, 'g6.xlarge': 0.8048, 'g6.2xlarge': 0.9776, 'g6.4xlarge': 1.3232,
  'g6.8xlarge': 2.0144, 'g6.12xlarge': 4.6016, 'g6.16xlarge': 3.3968, 'g6.24xlarge': 6.6752, 'g6.48xlarge': 13.3504, 'g6e.xlarge': 1.861,
  'g6e.2xlarge': 2.24208, 'g6e.4xlarge': 3.00424, 'g6e.8xlarge': 4.52856, 'g6e.12xlarge': 10.4926, 'g6e.16xlarge': 7.57719, 'g6e.24xlarge': 15.0656,
  'g6e.48xlarge': 30.1312, 'p3.2xlarge': 3.06, 'p3.8xlarge': 12.24, 'p3.16xlarge': 24.48, 'inf2.xlarge': 0.7582, 'inf2.8xlarge': 1.96786,
  'inf2.24xlarge': 6.49063, 'inf2.48xlarge': 12.9813,
}

/** The list price of a type for an hour; undefined where the table has none. */
export function hourlyPrice(instanceType: string): number | undefined {
  const [family = '', size = ''] = instanceType.split('.')
  const large = FAMILIES[family]
  const share = SIZES[size]
  return OTHERS[instanceType] ?? (large === undefined || share === undefined ? undefined : large * share)
}
