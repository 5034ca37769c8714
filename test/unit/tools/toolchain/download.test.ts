import {execFileSync} from 'node:child_process'
import {createHash} from 'node:crypto'
import {chmodSync, existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync} from 'node:fs'
import type {ServerResponse} from 'node:http'
import {join} from 'node:path'
import {describe, expect, it} from 'vitest'
import type {Tool} from '../../../../src/tools/toolchain/catalog.ts'
import {thisMachine} from '../../../../src/tools/toolchain/digest.ts'
import {downloadTool} from '../../../../src/tools/toolchain/download.ts'
import {testExec} from '../../../helpers/exec.ts'
import {serve} from '../../../helpers/http.ts'
import {tempFolder} from '../../../helpers/temp.ts'

const {os, arch} = thisMachine()

function tool(archive: boolean): Tool {
  return {
    name: 'thing',
    version: '1.2.3',
    programs: ['thing'],
    download: {
      os: [os],
      files: [
        archive
          ? {url: 'https://dl.example/thing-{version}-{os}-{arch}.tar.gz', sum: 'https://dl.example/thing-{version}.sha256', members: {thing: '{os}-{arch}/thing'}}
          : {url: 'https://dl.example/thing-{version}', sum: 'https://dl.example/thing-{version}.sha256', program: 'thing'},
      ],
    },
    build: {kind: 'install', packages: ['example.com/thing'], units: 1, go: '1.25'},
  }
}

function makeArchive(): Buffer {
  const folder = tempFolder()
  mkdirSync(join(folder, `${os}-${arch}`))
  writeFileSync(join(folder, `${os}-${arch}`, 'thing'), '#!/bin/sh\necho 1.2.3\n')
  chmodSync(join(folder, `${os}-${arch}`, 'thing'), 0o644)
  execFileSync('tar', ['-czf', 'a.tar.gz', `${os}-${arch}`], {cwd: folder})
  return readFileSync(join(folder, 'a.tar.gz'))
}

async function download(content: Buffer, options: {archive?: boolean; sum?: string; answer?: (response: ServerResponse) => void; env?: Record<string, string>} = {}) {
  const sum = options.sum ?? createHash('sha256').update(content).digest('hex')
  const {url, paths} = await serve((request, response) => {
    if (request.url?.endsWith('.sha256') === true) response.end(`${sum}  thing.tar.gz\n`)
    else if (options.answer !== undefined) options.answer(response)
    else response.end(content)
  })
  const folder = tempFolder()
  const progress: string[] = []
  const result = downloadTool({
    tool: tool(options.archive ?? true),
    folder,
    env: {KP_DOWNLOAD_MIRROR: `${url}/`, ...options.env},
    exec: testExec(),
    onProgress: ({phase, percent}) => progress.push(`${phase} ${percent}`),
    limits: {probeMs: 300, stallMs: 200},
  })
  return {result, folder, paths, progress}
}

describe('downloadTool', () => {
  it('takes the program out of an archive whose sum is right', async () => {
    const {result, folder, paths, progress} = await download(makeArchive())
    expect(await result).toBe(true)
    expect(readdirSync(folder)).toEqual(['thing'])
    expect(execFileSync(join(folder, 'thing'), {encoding: 'utf8'})).toBe('1.2.3\n')
    expect(paths).toEqual(['/thing-1.2.3.sha256', `/thing-1.2.3-${os}-${arch}.tar.gz`])
    expect(progress.at(-1)).toMatch(/^download /)
  })

  it('takes a program that is not in an archive', async () => {
    const {result, folder} = await download(Buffer.from('#!/bin/sh\necho plain\n'), {archive: false})
    expect(await result).toBe(true)
    expect(execFileSync(join(folder, 'thing'), {encoding: 'utf8'})).toBe('plain\n')
  })

  it('removes and never uses a file whose sum is wrong', async () => {
    const {result, folder} = await download(makeArchive(), {sum: 'a'.repeat(64)})
    await expect(result).rejects.toMatchObject({code: 'TOOL_FAILED', message: expect.stringContaining('not what its publisher says')})
    expect(readdirSync(folder)).toEqual([])
  })

  it.each([
    ['a missing file', (response: ServerResponse) => void response.writeHead(404).end()],
    ['a download that stalls', (response: ServerResponse) => void response.writeHead(200, {'content-length': '1000'}).write('abc')],
    ['a connection that breaks', (response: ServerResponse) => void (response.writeHead(200, {'content-length': '1000'}), response.write('abc'), setTimeout(() => response.destroy(), 20))],
  ])('leaves %s to the build', async (_, answer) => {
    const {result, folder} = await download(makeArchive(), {answer})
    expect(await result).toBe(false)
    expect(readdirSync(folder)).toEqual([])
  })

  it('leaves it to the build when the publisher has no sum, or does not answer in time', async () => {
    expect(await (await download(makeArchive(), {sum: 'not found'})).result).toBe(false)
    const {url} = await serve(() => undefined)
    const started = Date.now()
    const answer = await downloadTool({tool: tool(true), folder: tempFolder(), env: {KP_DOWNLOAD_MIRROR: url}, exec: testExec(), onProgress: () => undefined, limits: {probeMs: 200}})
    expect(answer).toBe(false)
    expect(Date.now() - started).toBeLessThan(2000)
  })

  it('asks nobody when downloads are off', async () => {
    const {result, paths} = await download(makeArchive(), {env: {KP_DOWNLOADS: 'never'}})
    expect(await result).toBe(false)
    expect(paths).toEqual([])
  })

  it('stops when it is told to', async () => {
    const {url} = await serve((request, response) => {
      if (request.url?.endsWith('.sha256') === true) response.end('a'.repeat(64))
    })
    const folder = tempFolder()
    const controller = new AbortController()
    setTimeout(() => controller.abort(), 100)
    const result = downloadTool({tool: tool(true), folder, env: {KP_DOWNLOAD_MIRROR: url}, exec: testExec(), onProgress: () => undefined, signal: controller.signal})
    await expect(result).rejects.toThrow()
    expect(existsSync(join(folder, '.download-0'))).toBe(false)
  })
})
