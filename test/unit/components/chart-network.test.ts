import {describe, expect, it} from 'vitest'
import {chartNetwork} from '../../../src/components/chart-network.ts'
import type {Fetch} from '../../../src/components/chart-network.ts'

/** Answers by URL; anything else fails like a closed port. */
function web(answers: Record<string, Response | (() => Response)>): {fetch: Fetch; asked: string[]} {
  const asked: string[] = []
  return {
    asked,
    fetch(url, init) {
      asked.push(`${init.method} ${url}`)
      const answer = answers[url]
      if (answer === undefined) return Promise.reject(new TypeError('fetch failed'))
      return Promise.resolve(typeof answer === 'function' ? answer() : answer)
    },
  }
}

describe('reachable', () => {
  it('asks a repository for its index and a registry for its API, each once', async () => {
    const {fetch, asked} = web({'https://a.io/charts/index.yaml': new Response(null), 'https://registry-1.docker.io/v2/': new Response(null, {status: 401})})
    const network = chartNetwork(fetch)
    expect(await Promise.all(['https://a.io/charts/', 'https://a.io/charts', 'oci://docker.io/x', 'oci://docker.io/y', 'oci://b.io/z', 'https://c.io'].map((place) => network.reachable(place)))).toEqual([true, true, true, true, false, false])
    expect(asked).toEqual(['HEAD https://a.io/charts/index.yaml', 'GET https://registry-1.docker.io/v2/', 'GET https://b.io/v2/', 'HEAD https://c.io/index.yaml'])
  })

  it.each([[200, true], [404, false], [403, false], [405, true], [500, false]])('a repository that says %i is reachable: %s', async (status, is) => {
    expect(await chartNetwork(web({'https://a.io/index.yaml': new Response(null, {status})}).fetch).reachable('https://a.io')).toBe(is)
  })

  it.each([[200, true], [401, true], [403, false], [404, false], [502, false]])('a registry that says %i is reachable: %s', async (status, is) => {
    expect(await chartNetwork(web({'https://a.io/v2/': new Response(null, {status})}).fetch).reachable('oci://a.io/x')).toBe(is)
  })

  it('asks side by side and gives up in time', async () => {
    const never: Fetch = (_, {signal}) => new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(new Error('timeout'))))
    const network = chartNetwork(never, 50)
    const begin = Date.now()
    await network.probeAll(['https://a.io', 'oci://b.io/x', 'https://c.io'])
    expect(await network.reachable('https://a.io')).toBe(false)
    expect(Date.now() - begin).toBeLessThan(1000)
  })
})

describe('versions', () => {
  it('reads a repository\'s index once', async () => {
    const {fetch, asked} = web({'http://a.io/index.yaml': () => new Response('entries:\n  thing:\n    - {version: 1.2.3}\n    - {version: 1.0}\n')})
    const network = chartNetwork(fetch)
    expect(await network.versions('http://a.io', 'thing')).toEqual(['1.2.3', '1'])
    expect(await network.versions('http://a.io', 'other')).toEqual([])
    expect(asked).toHaveLength(1)
  })

  it.each([['text', 'a login page'], ['broken', 'a: ['], ['empty', '']])('takes %s for no answer', async (_, body) => {
    expect(await chartNetwork(web({'http://a.io/index.yaml': new Response(body)}).fetch).versions('http://a.io', 'thing')).toBeUndefined()
  })

  it('takes an error for no answer', async () => {
    expect(await chartNetwork(web({}).fetch).versions('http://a.io', 'thing')).toBeUndefined()
    expect(await chartNetwork(web({'http://a.io/index.yaml': new Response('', {status: 404})}).fetch).versions('http://a.io', 'thing')).toBeUndefined()
  })

  it.each([
    ['tags', Response.json({tags: ['1.2.3', '1.0.0_build']}), ['1.2.3', '1.0.0+build']],
    ['no tags', Response.json({tags: null}), []],
    ['not found', new Response('', {status: 404}), []],
    ['a login', new Response('', {status: 401}), 'unknown'],
    ['rubbish', new Response('<html>'), 'unknown'],
    ['an error', new Response('', {status: 500}), undefined],
  ])('of a registry: %s', async (_, response, versions) => {
    expect(await chartNetwork(web({'https://h.io/v2/charts/thing/tags/list': response}).fetch).versions('oci://h.io/charts', 'thing')).toEqual(versions)
  })

  it('of a registry without a path', async () => {
    expect(await chartNetwork(web({'https://h.io:5000/v2/thing/tags/list': Response.json({tags: ['1']})}).fetch).versions('oci://h.io:5000', 'thing')).toEqual(['1'])
  })
})
