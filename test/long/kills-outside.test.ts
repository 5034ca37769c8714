import {existsSync, readFileSync, readdirSync} from 'node:fs'
import {basename, join} from 'node:path'
import {describe, expect, test} from 'vitest'
import {say, withVictim} from '../helpers/converge.ts'
import {processesUnder} from '../helpers/end-labs.ts'
import {KILL_KINDS, killAt} from '../helpers/kill.ts'
import {chance as chanceOf, printedSeed} from '../helpers/random.ts'
import {processesOf} from '../helpers/traces.ts'

const chance = chanceOf(printedSeed('kills of other commands'))

describe('labs outside of a platform', () => {
  test('kp lab up and kp lab down, killed: the next one ends as if nothing had been', () =>
    withVictim(async ({platform, env, temporary}) => {
      const lab = ['lab', 'up', 'second', '--json']
      for (const after of [[200, 1000], [800, 2500], [1500, 5000]] as [number, number][]) {
        const killed = await killAt(platform, lab, {event: 'start', after}, chance.pick(KILL_KINDS), chance, env)
        say(`lab up: ${killed.line}`)
      }
      await platform.kpOk(lab, {env})
      const components = ['etcd', 'kube-apiserver', 'kube-controller-manager', 'kube-scheduler', 'kwok-controller']
      expect(processesOf(platform.stateDir).toSorted()).toEqual(components)
      expect(readdirSync(join(platform.stateDir, 'labs'))).toEqual(['second'])
      const listed = (await platform.kpOk(['lab', 'list', '--json'], {env})).json<{labs: {name: string; state: string}[]}>()
      expect(listed.labs.map(({name, state}) => `${name} ${state}`)).toEqual(['second running'])

      for (const after of [[200, 500], [300, 700]] as [number, number][]) {
        const killed = await killAt(platform, ['lab', 'down', 'second', '--yes', '--json'], {event: 'start', after}, chance.pick(KILL_KINDS), chance, env)
        say(`lab down: ${killed.line}`)
      }
      await platform.kpOk(['lab', 'down', 'second', '--yes'], {env})
      expect(processesUnder(platform.stateDir)).toEqual([])
      expect(readdirSync(join(platform.stateDir, 'labs'))).toEqual([])
      expect(readdirSync(temporary)).toEqual([])
    }), 200_000)
})

describe('the tools', () => {
  test('kp tools install into an empty cache, killed: the next one ends what still builds and removes what is half made', () =>
    withVictim(async ({platform, env, temporary}) => {
      const cache = join(temporary, '..', 'cache')
      const withCache = {...env, KP_CACHE_DIR: cache, KP_DOWNLOADS: 'never'}
      for (const kind of KILL_KINDS) {
        const killed = await killAt(platform, ['tools', 'install', '--json'], {event: 'start', when: {what: 'go builds', ask: () => Promise.resolve(builders(cache).length > 0)}, after: [0, 1500]}, kind, chance, withCache)
        say(`tools install: ${killed.line}; ${builders(cache).length} programs build on`)
        expect(killed.hit).toBe(true)
      }
      // The last one is stopped by hand when it builds: the whole takes minutes.
      const before = halfMade(cache)
      expect(before).not.toEqual([])
      const last = platform.start(['tools', 'install'], {env: withCache, timeoutMs: 60_000})
      await expect.poll(() => builders(cache).some((folder) => !before.includes(basename(folder))), {timeout: 30_000, interval: 20}).toBe(true)
      expect(halfMade(cache)).toHaveLength(1)
      expect(builders(cache).filter((folder) => before.includes(basename(folder)))).toEqual([])
      last.child.kill('SIGTERM')
      expect((await last.done).exit).toBe(143)
      expect(builders(cache)).toEqual([])
      expect(halfMade(cache)).toEqual([])
      expect(readdirSync(temporary)).toEqual([])
    }), 200_000)
})

/** Environments of the programs that build into a cache: the own folder of each. */
function builders(cache: string): string[] {
  return readdirSync('/proc').flatMap((pid) => {
    try {
      const environment = /^\d+$/.test(pid) ? readFileSync(`/proc/${pid}/environ`, 'utf8').split('\0') : []
      return environment.filter((line) => line.startsWith(`KP_OWN_FOLDER=${cache}/`)).map((line) => line.slice('KP_OWN_FOLDER='.length))
    } catch {
      return []
    }
  })
}

function halfMade(cache: string): string[] {
  const tools = join(cache, 'tools')
  return existsSync(tools) ? readdirSync(tools).flatMap((tool) => readdirSync(join(tools, tool)).filter((name) => /^\.tmp-[0-9a-f]+$/.test(name))) : []
}
