/** Quantities of Kubernetes as a person writes them, and as they add up. */
import {parseQuantity} from '../spec/units.ts'

const STEPS = [['Ti', 2 ** 40], ['Gi', 2 ** 30], ['Mi', 2 ** 20], ['Ki', 2 ** 10]] as const

/** Bytes as Kubernetes writes them: the largest unit that gives a whole number. */
export function formatBytes(bytes: number): string {
  const whole = Math.round(bytes)
  const [unit, size] = STEPS.find(([, step]) => whole >= step && whole % step === 0) ?? ['', 1]
  return `${whole / size}${unit}`
}

/** CPUs as Kubernetes writes them: `4`, `2500m`. */
export function formatCpu(cpus: number): string {
  const millis = Math.round(cpus * 1000)
  return millis % 1000 === 0 ? String(millis / 1000) : `${millis}m`
}

/** Bytes for a person: one figure behind the point, in the largest unit that fits. */
export function roundBytes(bytes: number): string {
  const [unit, size] = STEPS.find(([, step]) => bytes >= step) ?? ['', 1]
  return `${Number((bytes / size).toFixed(1))}${unit}`
}

/** An amount of a resource of a quota as Kubernetes writes it: CPUs, bytes, or a count. Never less than is asked for. */
export function formatAmount(resource: string, amount: number): string {
  if (resource.endsWith('cpu')) return formatCpu(amount)
  return /(memory|storage)$/.test(resource) ? formatBytes(Math.ceil(amount)) : String(Math.ceil(amount))
}

/** The number of a quantity that the API server wrote; also with an exponent (`1e3`) or without a unit. */
export function quantity(text: string | number | undefined): number {
  if (text === undefined) return 0
  return parseQuantity(String(text)) ?? (Number.isFinite(Number(text)) ? Number(text) : 0)
}
