/** Every platform of the covering set builds on a lab, is changed while it stands, and stays right. KP_TEST_MIRROR builds them with the real charts. */
import {describe, it, onTestFinished} from 'vitest'
import {changeSpec, expectBuilt, openCovering} from '../helpers/build-covering.ts'
import {COVERING_SET} from '../helpers/covering-set.ts'

const mirror = process.env['KP_TEST_MIRROR'] ?? ''

describe('the covering set', () => {
  it.each(COVERING_SET)('$name', {timeout: 1_800_000}, async (covering) => {
    const platform = await openCovering(covering)
    onTestFinished(() => platform.close(), 120_000)
    if (mirror !== '') platform.setSpec(['charts', 'mirror'], mirror)
    await expectBuilt(platform)
    for (const change of covering.changes) {
      changeSpec(platform, change)
      await expectBuilt(platform)
    }
  })
})
