/** Secrets that are recognised by how they look, without knowing their value. */

/** What is put in the place of a secret. Shorter than any secret that is looked for. */
export const MASK = '***'

/** A pattern and what it is replaced by; what stays is in its groups. */
export interface Shape {
  name: string
  pattern: RegExp
  replacement: string
}

const UUID = '[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}'
// What may stand between a name and its value: `name: value`, `"name": "value"`, `name=value`, and the same inside a JSON text.
const ASSIGN = String.raw`\\*["']?\s*[:=]\s*\\*["']?`

/** All shapes. Each leaves its own replacement alone, so that redacting twice changes nothing. */
export const SHAPES: Shape[] = [
  {
    name: 'PEM private key on one or several lines, also inside JSON',
    pattern: /(-----BEGIN [A-Z0-9 ]*PRIVATE KEY-----)(?:(?!-----BEGIN )[A-Za-z0-9+/=:,\s-]|\\[nrt])*?(-----END [A-Z0-9 ]*PRIVATE KEY-----)/g,
    replacement: `$1${MASK}$2`,
  },
  {
    name: 'PEM private key that was cut',
    pattern: /(-----BEGIN [A-Z0-9 ]*PRIVATE KEY-----)(?!\*\*\*)(?:\s|\\[nrt])*(?:[A-Za-z0-9+/=]{16,}(?:\s|\\[nrt])*)+/g,
    replacement: `$1${MASK}`,
  },
  {name: 'base64 of a PEM private key', pattern: /LS0tLS1CRUdJTi[A-Za-z0-9+/]*(?:UFJJVkFURSBLRVkt|BSSVZBVEUgS0VZL|QUklWQVRFIEtFWS)[A-Za-z0-9+/]*={0,2}/g, replacement: MASK},
  {name: 'bearer token', pattern: /\b(Bearer\s+)(?=[^\s"'\\]{20}|[^\s"'\\]*\d)[A-Za-z0-9._~+/-]{8,}=*/gi, replacement: `$1${MASK}`},
  {name: 'authorization header', pattern: /\b(Authorization:\s*(?:Basic|Bearer|Splunk|token)\s+)[A-Za-z0-9._~+/=-]+/gi, replacement: `$1${MASK}`},
  {name: 'Splunk token', pattern: new RegExp(String.raw`\b(Splunk\s+)${UUID}`, 'gi'), replacement: `$1${MASK}`},
  {name: 'JSON web token', pattern: /\beyJ[A-Za-z0-9_-]{6,}\.eyJ[A-Za-z0-9_-]{6,}\.[A-Za-z0-9_-]*/g, replacement: MASK},
  {
    name: 'AWS secret access key',
    pattern: new RegExp(String.raw`((?:aws_?)?secret_?access_?key${ASSIGN})[A-Za-z0-9/+=]{30,}`, 'gi'),
    replacement: `$1${MASK}`,
  },
  {name: 'AWS session token', pattern: new RegExp(String.raw`((?:aws_?)?session_?token${ASSIGN})[A-Za-z0-9/+=]{30,}`, 'gi'), replacement: `$1${MASK}`},
  {name: 'password in a URL', pattern: /\b([a-z][a-z0-9+.-]*:\/\/[^\s:/?#@"'\\]*:)(?!\*\*\*@)[^\s/?#@"'\\]+@/gi, replacement: `$1${MASK}@`},
  {name: 'token in a URL', pattern: /\b([a-z][a-z0-9+.-]*:\/\/)[A-Za-z0-9_-]{20,}@/gi, replacement: `$1${MASK}@`},
  {name: 'key of a kubeconfig', pattern: new RegExp(String.raw`(client-key-data${ASSIGN})[A-Za-z0-9+/=]{8,}`, 'g'), replacement: `$1${MASK}`},
  {
    name: 'value of a field that is named as a secret',
    pattern: /((?:password|passwd|token|api[-_]?key|client[-_]?secret|secret[-_]?key)=)(?!\*\*\*)[^\s&"',;\\]{4,}/gi,
    replacement: `$1${MASK}`,
  },
  {
    name: 'value of a YAML or JSON field that is named as a secret',
    pattern: /((?:password|passwd|api[-_]?key|client[-_]?secret|secret[-_]?key|\btoken)\\*["']?:\s*\\*["']?)(?!\*\*\*)(?=[^\s"',\\]*\d)[^\s"',;\\{}[\]]{8,}/gi,
    replacement: `$1${MASK}`,
  },
  {name: 'tokens of code hosts', pattern: /\b(?:gh[pousr]_[A-Za-z0-9]{30,}|github_pat_\w{30,}|glpat-[\w-]{20,}|xox[abprs]-[\w-]{10,})/g, replacement: MASK},
  {name: 'age secret key', pattern: /\bAGE-SECRET-KEY-1[A-Z0-9]{20,}/g, replacement: MASK},
]

/** Begin and end of a block whose lines are all secret; for text that comes line by line. */
export const BLOCK_START = /-----BEGIN [A-Z0-9 ]*PRIVATE KEY-----/
export const BLOCK_END = /-----END [A-Z0-9 ]*PRIVATE KEY-----/

/** Names of fields whose text value is always secret. */
export const SECRET_FIELD = /^(?:client-key-data|password|passwd|client[-_]?secret|secret[-_]?access[-_]?key|session[-_]?token|api[-_]?key|private[-_]?key|bearer[-_]?token)$/i
