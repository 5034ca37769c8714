/** Checks of phase 0 on AWS: whose account it is. */
import {check} from '../../checks/builders.ts'
import type {PlatformCheck} from '../../context.ts'
import {asKpError} from '../../engine/errors.ts'

/** The account guard as a check: `kp doctor` says it before anything is planned. */
export const accountCheck: PlatformCheck = check({
  id: 'prerequisites.cloud-account',
  title: 'The credentials for the cloud are valid and belong to the account of kp.yaml',
  pitfalls: ['KP0007'],
  appliesTo: (ctx) => (ctx.aws === undefined ? 'kp makes nothing in a cloud account' : true),
  async run(ctx) {
    const expected = ctx.spec.provider.type === 'eks' && ctx.spec.provider.account !== undefined ? `account ${ctx.spec.provider.account}` : 'an account'
    try {
      await ctx.aws?.requireAccount()
      const {account, arn} = (await ctx.aws?.identity()) ?? {account: '', arn: ''}
      return {status: 'pass', observed: `account ${account}, as ${arn}`, expected}
    } catch (error) {
      const {code, message, details} = asKpError(error)
      const refused = code === 'WRONG_ACCOUNT' || code === 'CREDENTIALS_MISSING'
      return {status: refused ? 'fail' : 'unknown', observed: message, expected, evidence: details}
    }
  },
})
