/** Sizes and disks of machines, as AWS takes them. Pure. */
import type {NodePool} from '../../spec/types.ts'
import {parseQuantity} from '../../spec/units.ts'

const GIB = 1024 ** 3
/** What a volume of type io2 does a second where nothing is said. */
const IO2_OPERATIONS = 3000

/** The disks of each machine of a pool. An instance store is part of the machine: nothing is attached for it. */
export function poolVolumes(pool: NodePool): {name: string; device: string; size: number; type: string; iops: number | null}[] {
  return pool.volumes
    .filter(({type}) => type !== 'instance-store')
    .map(({name, size, type}, index) => ({name, device: `/dev/xvd${'bcdefghijklmnop'[index] ?? 'p'}`, size: gibibytes(size), type, iops: type === 'io2' ? IO2_OPERATIONS : null}))
}

/** A quantity in whole gibibytes. */
export function gibibytes(size: string): number {
  return Math.ceil((parseQuantity(size) ?? 0) / GIB)
}
