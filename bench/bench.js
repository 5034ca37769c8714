// npm run bench [-- --only startup|up|nothing|memory|large|drain] [--runs 3] [--charts DIR] [--json]: how fast kp is, as ratios. Never a test.
import {install, build, node, root} from '../scripts/install.js'
import {spawnSync} from 'node:child_process'
import {join} from 'node:path'

install()
build()
// On the Node that kp itself runs on.
const {status, signal} = spawnSync(node, [join(root, 'bench', 'run.ts'), ...process.argv.slice(2)], {stdio: 'inherit'})
process.exitCode = status ?? (signal === 'SIGINT' ? 130 : 1)
