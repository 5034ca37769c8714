/** Locks by name, inside of one run. */

/** Named locks of steps that run side by side. */
export class Locks {
  #held = new Map<string, Promise<void>>()

  /** Waits for all names, in one fixed order so that two never wait for each other. */
  async take(names: string[]): Promise<() => void> {
    const releases: (() => void)[] = []
    for (const name of names.toSorted()) {
      while (this.#held.has(name)) await this.#held.get(name)
      let release: () => void = () => {}
      this.#held.set(name, new Promise((resolve) => (release = resolve)))
      releases.push(() => {
        this.#held.delete(name)
        release()
      })
    }
    return () => {
      for (const release of releases.toReversed()) release()
    }
  }
}
