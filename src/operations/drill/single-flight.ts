/** Who asks while it is at work gets the same answer. */
export function singleFlight<T>(work: () => Promise<T>): () => Promise<T> {
  let going: Promise<T> | undefined
  return () => {
    going ??= work().finally(() => (going = undefined))
    return going
  }
}
