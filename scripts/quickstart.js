// One command from nothing to a verified platform on the embedded lab:
//   npm run quickstart [-- FOLDER]
// Runs on any Node: it installs the one that kp needs.
import {existsSync} from 'node:fs'
import {join, relative, resolve} from 'node:path'
import {build, install, node, root, run} from './install.js'

const started = Date.now()
install()
build()

const kp = join(root, 'bin', 'run.js')
const folder = resolve(process.env.INIT_CWD ?? process.cwd(), process.argv[2] ?? 'acme')
const shown = relative(process.env.INIT_CWD ?? process.cwd(), folder) || '.'
const step = (text) => console.log(`\n── ${text}\n`)

if (existsSync(join(folder, 'kp.yaml'))) {
  step(`The platform in ${shown} exists already: going on with it`)
} else {
  step(`kp init ${shown} --defaults`)
  run(node, [kp, 'init', folder, '--defaults', '--owner', 'platform-team@example.com', '--runbooks', 'https://git.example.com/runbooks'])
}
step('kp up')
run(node, [kp, 'up', '--dir', folder, '--yes'])
step('kp verify')
run(node, [kp, 'verify', '--dir', folder])

console.log(`
That took ${Math.round((Date.now() - started) / 1000)} seconds.

Real:      etcd, API server, controllers, scheduler, helm, kubectl, all objects.
Simulated: nodes, containers, and what controllers in them would do; such
           passes are marked (simulated).

Try next:
  alias kp='${node} ${kp}'
  cd ${shown}
  kp status
  kp plan               nothing to do
  kp explain cert-manager
  kubectl --kubeconfig "$(kp kubeconfig)" get pods -A
  kp lab down --yes     ends the lab; nothing of it is left`)
