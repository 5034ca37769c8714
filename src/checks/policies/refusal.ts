/** Who refused an object: read from what the API server says. */

/** A refusal in a person's words. */
export interface Refusal {
  /** `Pod Security Admission (restricted:latest)`, `policy kp-disallow-host-path`, `quota kp-shop`. */
  by: string
  /** What it said, shortened. */
  why: string
}

const FORMS: readonly {form: RegExp; by: (groups: Record<string, string>) => string}[] = [
  {form: /violates PodSecurity "(?<level>[^"]+)": (?<why>.+)/s, by: ({level = ''}) => `Pod Security Admission (${level})`},
  {form: /ValidatingAdmissionPolicy '(?<policy>[^']+)' with binding '(?<binding>[^']+)' denied request: (?<why>.+)/s, by: ({policy = ''}) => `policy ${policy}`},
  {form: /admission webhook "validation\.gatekeeper\.sh" denied the request: \[(?<constraint>[^\]]+)\] (?<why>.+)/s, by: ({constraint = ''}) => `Gatekeeper, constraint ${constraint}`},
  {form: /admission webhook "[^"]*kyverno[^"]*" denied the request: (?:[Pp]olicy (?<policy>[\w-]+) (?:failed|error): )?(?<why>.+)/s, by: ({policy}) => (policy === undefined ? 'Kyverno' : `Kyverno, policy ${policy}`)},
  {form: /exceeded quota: (?<quota>[^,\s]+), (?<why>requested: .+)/s, by: ({quota = ''}) => `quota ${quota}`},
  {form: /failed quota: (?<quota>[^:\s]+): (?<why>must specify .+)/s, by: ({quota = ''}) => `quota ${quota}`},
  {form: /admission webhook "(?<webhook>[^"]+)" denied the request: (?<why>.+)/s, by: ({webhook = ''}) => `the webhook ${webhook}`},
]

/** Who refused, by the message of the API server; undefined where nobody's policy did (no permission, no such namespace). */
export function whoRefused(message: string): Refusal | undefined {
  for (const {form, by} of FORMS) {
    const groups = form.exec(message)?.groups
    if (groups !== undefined) return {by: by(groups), why: shorten(groups['why'] ?? '')}
  }
  return undefined
}

function shorten(text: string): string {
  const line = text.replaceAll(/\s+/g, ' ').trim()
  return line.length > 160 ? `${line.slice(0, 157)}…` : line
}
