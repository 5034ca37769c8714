/** Errors of AWS in kp's words. */
import {KpError} from '../../engine/errors.ts'

const NO_CREDENTIALS = new Set(['CredentialsProviderError', 'TokenProviderError'])
const REFUSED_CREDENTIALS = new Set(['ExpiredToken', 'ExpiredTokenException', 'InvalidClientTokenId', 'UnrecognizedClientException', 'SignatureDoesNotMatch', 'AuthFailure', 'InvalidAccessKeyId', 'RequestExpired'])
const DENIED = new Set(['AccessDenied', 'AccessDeniedException', 'UnauthorizedOperation', 'Forbidden'])

/** Makes a KpError of what the SDK throws. */
export function awsError(error: unknown, doing: string, at: {region: string; endpoint?: string | undefined}): KpError {
  if (error instanceof KpError) return error
  const {name = '', message = String(error), code, $metadata} = (error ?? {}) as {name?: string; message?: string; code?: string; $metadata?: {httpStatusCode?: number}}
  const cause = {doing, cause: error}
  if (NO_CREDENTIALS.has(name)) {
    return new KpError({
      ...cause,
      code: 'CREDENTIALS_MISSING',
      message: 'there are no credentials for AWS',
      details: [message],
      next: ['aws sso login, or set AWS_PROFILE, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY', 'provider.profile in kp.yaml names a profile'],
    })
  }
  if (REFUSED_CREDENTIALS.has(name)) {
    return new KpError({
      ...cause,
      code: 'CREDENTIALS_MISSING',
      message: `AWS refuses the credentials: ${name}: ${message}`,
      next: ['aws sts get-caller-identity shows whose they are', 'aws sso login, or new keys, then run the same command again'],
    })
  }
  // The answer to a HEAD has no body that could say so.
  const silent = name === 'Unknown' && ($metadata?.httpStatusCode === 403 || $metadata?.httpStatusCode === 401)
  if (DENIED.has(name) || silent) {
    return new KpError({
      ...cause,
      code: 'API_ERROR',
      message: `AWS does not allow it: ${silent ? `AccessDenied, to ${doing}` : message}`,
      next: deniedNext(message),
    })
  }
  const unreachable = code === 'ECONNREFUSED' || code === 'ENOTFOUND' || code === 'ETIMEDOUT' || code === 'EAI_AGAIN' || name === 'TimeoutError'
  if (unreachable) {
    return new KpError({
      ...cause,
      code: 'API_ERROR',
      message: `AWS does not answer${at.endpoint === undefined ? ` in ${at.region}` : ` at ${at.endpoint}`}: ${message}`,
      next: [at.endpoint === undefined ? 'look at the network and at HTTPS_PROXY, then run the same command again' : 'AWS_ENDPOINT_URL leads kp there: start what answers at it, or unset it'],
    })
  }
  return new KpError({...cause, code: 'API_ERROR', message: `AWS: ${name === '' ? '' : `${name}: `}${message}`, next: ['run the same command again']})
}

/** `User: ARN is not authorized to perform: ACTION on resource: ARN because no identity-based policy allows the ACTION action` */
export function deniedNext(message: string): string[] {
  const [, who, action, resource] = /(?:User|Role): (\S+) is not authorized to perform: (\S+)(?: on resource: (\S+))?/.exec(message) ?? []
  if (who === undefined || action === undefined) return ['give the role or user that is named a policy with the action that is named, then run the same command again']
  const lacks = /because no ([a-z -]+?) (?:policy )?allows/.exec(message)?.[1] ?? 'identity-based'
  const explicit = /with an explicit deny in an? ([a-z -]+)/.exec(message)?.[1]
  if (explicit !== undefined) return [`${explicit} forbids ${action} to ${who}: whoever keeps it must change it`, 'kp doctor shows what else is denied']
  return [`a policy of ${who} lacks it (${lacks} policy): {"Effect": "Allow", "Action": "${action}", "Resource": "${resource ?? '*'}"}`, 'kp doctor shows what else is denied']
}

/** A bucket's name is one for all accounts of the world: somebody else may have it. */
export function bucketError(error: unknown, name: string): unknown {
  const {name: said = '', $metadata} = (error ?? {}) as {name?: string; $metadata?: {httpStatusCode?: number}}
  const region = said === 'PermanentRedirect' || $metadata?.httpStatusCode === 301
  if (said !== 'BucketAlreadyExists' && $metadata?.httpStatusCode !== 403 && !region) return error
  return new KpError({
    code: 'NOT_OURS',
    message: region ? `the bucket ${name} is in another region than kp.yaml says` : `the bucket ${name} belongs to somebody else, or the credentials may not see it`,
    next: region ? ['set infra.backend.region in kp.yaml to its region'] : ['set infra.backend.bucket in kp.yaml to a name that nobody has', `aws s3api head-bucket --bucket ${name}`],
    cause: error,
  })
}
