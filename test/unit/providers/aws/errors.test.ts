/** What AWS refuses, in kp's words: whose policy lacks what. */
import {describe, expect, it} from 'vitest'
import {awsError} from '../../../../src/providers/aws/errors.ts'

const at = {region: 'eu-central-1'}
const refused = (name: string, message: string, code?: string) => awsError(Object.assign(new Error(message), {name, code}), 'look', at)

describe('an action that is denied', () => {
  it('is named, with the policy that lacks it and whose it is', () => {
    const {code, next} = refused('AccessDeniedException', 'User: arn:aws:iam::123456789012:user/jane is not authorized to perform: eks:DescribeCluster on resource: arn:aws:eks:eu-central-1:123456789012:cluster/acme-dev because no identity-based policy allows the eks:DescribeCluster action')
    expect(code).toBe('API_ERROR')
    expect(next).toEqual([
      'a policy of arn:aws:iam::123456789012:user/jane lacks it (identity-based policy): {"Effect": "Allow", "Action": "eks:DescribeCluster", "Resource": "arn:aws:eks:eu-central-1:123456789012:cluster/acme-dev"}',
      'kp doctor shows what else is denied',
    ])
  })

  it('tells of a policy that forbids it', () => {
    const {next} = refused('UnauthorizedOperation', 'User: arn:aws:iam::123456789012:user/jane is not authorized to perform: ec2:CreateVpc with an explicit deny in a service control policy')
    expect(next[0]).toBe('service control policy forbids ec2:CreateVpc to arn:aws:iam::123456789012:user/jane: whoever keeps it must change it')
  })

  it('says what can be said where AWS names nothing', () => {
    expect(refused('AccessDenied', 'Access Denied').next[0]).toContain('give the role or user')
  })
})

describe('an answer without a body, as to a HEAD', () => {
  it('says what was refused', () => {
    expect(awsError(Object.assign(new Error('UnknownError'), {name: 'Unknown', $metadata: {httpStatusCode: 403}}), 'look for a key', at).message).toBe('AWS does not allow it: AccessDenied, to look for a key')
  })
})

describe('credentials', () => {
  it.each(['ExpiredToken', 'InvalidClientTokenId', 'UnrecognizedClientException', 'CredentialsProviderError'])('that are missing or refused (%s) are exit 4', (name) => {
    expect(refused(name, 'no')).toMatchObject({code: 'CREDENTIALS_MISSING', exit: 4})
  })

  it('no answer names the place that was asked', () => {
    expect(refused('Error', 'connect', 'ECONNREFUSED').message).toContain('in eu-central-1')
  })
})
