/** Names of zones. */

/** Regions whose first zones are not called a, b and c for everybody. */
const LETTERS: Readonly<Record<string, string>> = {'us-west-1': 'ac', 'ap-northeast-1': 'acd', 'ca-central-1': 'abd'}

/** The first zones of a region, by the names that most accounts have. `network.zoneNames` says it where an account has others. */
export function firstZones(region: string, count: number): string[] {
  return [...(LETTERS[region] ?? 'abcdef')].slice(0, count).map((letter) => `${region}${letter}`)
}
