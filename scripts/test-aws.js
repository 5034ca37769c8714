// npm run test:aws [-- files]: what needs terraform's AWS provider and the emulator of AWS. Brings both where they are missing: the
// provider is built, half an hour on two free cores. Runs on any Node: it installs the one that kp needs.
import {join} from 'node:path'
import {build, install, node, output, root, run} from './install.js'

const files = process.argv.slice(2)
install()
build()
run(node, [join(root, 'scripts', 'toolchain-aws-provider.ts')])
if (output('terraform', ['version', '-json']) === undefined) {
  console.error('terraform was not found: install Terraform 1.10 or newer and put it on the PATH')
  process.exit(4)
}
run(join(root, 'node_modules', '.bin', 'vitest'), ['run', '--root', root, '--config', join(root, 'test', 'aws', 'vitest.config.ts'), ...files])
