/** The kinds of values that kp.yaml is made of; each says in words what is allowed. */
import {z} from 'zod'
import {parseCidr} from '../cidr.ts'
import {dividesTheClock, parseDuration} from '../units.ts'

/** A text of the given form; `must` completes the sentence "name must be …". */
export function text(form: RegExp, must: string) {
  return z.string({error: must}).regex(form, {error: must, abort: true})
}

/** A name that Kubernetes accepts as a DNS label (RFC 1123). */
export const dnsLabel = () =>
  text(/^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/,
    'must be 1 to 63 small letters, digits and dashes, beginning and ending with a letter or digit')

/** A name that kp derives others from, so shorter than a label. */
export const shortName = () =>
  text(/^[a-z]([-a-z0-9]{0,38}[a-z0-9])?$/,
    'must be 1 to 40 small letters, digits and dashes, beginning with a letter and not ending with a dash')

/** A DNS name with at least one dot. */
export const domainName = () =>
  text(/^(?=.{1,253}$)([a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?\.)+[a-z]([-a-z0-9]{0,61}[a-z0-9])?$/,
    'must be a domain name such as example.com')

/** A mail address. */
export const mailAddress = () =>
  text(/^[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]+@([A-Za-z0-9]([-A-Za-z0-9]{0,61}[A-Za-z0-9])?\.)+[A-Za-z]{2,63}$/,
    'must be a mail address such as ops@example.com')

/** An http or https address without credentials in it. */
export const webAddress = () =>
  text(/^https?:\/\/[^\s/@:]+(:[0-9]{1,5})?(\/[^\s@]*)?$/,
    'must be an http or https address without a user name or password')

/** An address of a Git repository without credentials in it: https, ssh, file or `git@host:path`. */
export const gitAddress = () =>
  text(/^(https?:\/\/[^\s/@:]+(:[0-9]{1,5})?\/[^\s@]+|ssh:\/\/([a-z0-9_-]+@)?[^\s/@:]+(:[0-9]{1,5})?\/\S+|[a-z0-9_-]+@[^\s/@:]+:[^\s/]\S*|file:\/\/\/\S+)$/,
    'must be the address of a Git repository without a password, such as https://git.example.com/acme/platform.git')

/** An IPv4 range. */
export const cidr = () => {
  const example = 'must be a CIDR such as 10.244.0.0/16'
  return z.string({error: example}).superRefine((value, ctx) => {
    const parsed = parseCidr(value)
    if ('problem' in parsed) ctx.addIssue({code: 'custom', message: parsed.problem})
  }).meta({pattern: '^([0-9]{1,3}\\.){3}[0-9]{1,3}/[0-9]{1,2}$'})
}

/** A length of time. */
export const duration = () => text(/^[1-9][0-9]*(s|m|h|d|w)$/, 'must be a duration such as 30s, 10m, 6h or 30d')

/** A length of time at which something can repeat by the clock. */
export const interval = () =>
  duration().refine((value) => parseDuration(value) === undefined || dividesTheClock(value), {
    error: 'must divide the hour or the day evenly: 15m, 30m, 1h, 6h, 12h or 1d',
  })

/** An amount of memory or disk as Kubernetes writes it. */
export const bytes = () => text(/^[1-9][0-9]*(\.[0-9]+)?(Ki|Mi|Gi|Ti|k|M|G|T)$/, 'must be a size such as 512Mi or 50Gi')

/** An amount of CPU as Kubernetes writes it; a plain number is accepted too. */
export const cpu = () =>
  z.union([z.string(), z.number()], {error: 'must be a number of CPUs such as 2, 0.5 or 500m'})
    .refine((value) => /^([1-9][0-9]*m|[1-9][0-9]*(\.[0-9]+)?|0\.[0-9]*[1-9][0-9]*)$/.test(String(value)), {
      error: 'must be a number of CPUs such as 2, 0.5 or 500m',
    })

/** A path of a file or folder: relative to the platform repository, absolute, or below the home folder (`~/`). */
export const filePath = () => text(/^[^\0\n\r]+$/, 'must be a path')

/** A relative path inside a repository. */
export const innerPath = () =>
  text(/^(?!\/)(?!.*(^|\/)\.\.(\/|$))[A-Za-z0-9._/-]+$/, 'must be a path inside the repository, without ".."')

/** The name of an entry of `secrets`. */
export const secretName = () =>
  text(/^[A-Za-z][A-Za-z0-9._-]{0,62}$/, 'must be the name of an entry of secrets, not the secret itself (it is not shown)')
    .meta({secretName: true})

/** Where a secret is kept. Never the secret itself. */
export const secretReference = () =>
  text(/^(env:[A-Za-z_][A-Za-z0-9_]*|file:[^\0\n\r]+|aws-sm:[A-Za-z0-9/_+=.@:-]+(#[A-Za-z0-9_.-]+)?|vault:[A-Za-z0-9/_.-]+#[A-Za-z0-9_.-]+)$/,
    'must be a reference: env:NAME, file:PATH, aws-sm:ID or vault:PATH#KEY (it is not shown)')

/** A version such as 1.21.0. */
export const version = () =>
  text(/^v?[0-9]+\.[0-9]+\.[0-9]+(-[0-9A-Za-z.-]+)?(\+[0-9A-Za-z.-]+)?$/, 'must be a version such as 1.21.0')

/** A PromQL query, regular expression or other free text. */
export const freeText = (must: string) => text(/\S/, must)

/** A whole number in a range. */
export function count(min: number, max: number) {
  const must = `must be a whole number from ${min} to ${max}`
  return z.int({error: must}).min(min, {error: must}).max(max, {error: must})
}

/** Labels of Kubernetes; keys and values are checked by `rules.ts`, which can say which part is wrong. */
export const labels = () => z.record(z.string(), z.string({error: 'must be text; put numbers and true/false in quotes'}))

/** A switch with its default. */
export const onOff = (initial: boolean, meaning: string) => z.boolean().default(initial).describe(meaning)
