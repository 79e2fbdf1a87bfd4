// Guards: an upload may take as long as it moves; one that stands still, and a request that is no upload and does not arrive, end with
// words; what a process that died left of uploads is swept, and a dataset's file comes in pieces as a folder's do.
import { createHash, randomUUID } from 'node:crypto'
import { mkdir, readdir, writeFile } from 'node:fs/promises'
import { connect } from 'node:net'
import path from 'node:path'
import { PassThrough } from 'node:stream'
import express from 'express'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { bodyTimes, withoutTotalLimit } from '../common/body-times.js'
import { Housekeeping } from '../system/housekeeping.js'
import { startTestApp, type TestApp } from '../testing/app.js'
import { chunksOf } from './body-chunks.js'

let test: TestApp
beforeAll(async () => {
  test = await startTestApp()
})
afterAll(() => test.close())

const collect = async (body: PassThrough, idleMs: number): Promise<string> => {
  let text = ''
  for await (const chunk of chunksOf(body, idleMs)) text += chunk.toString()
  return text
}

describe('a body that is read', () => {
  it('may take many times the idle limit as long as bytes come', async () => {
    const body = new PassThrough()
    const whole = collect(body, 200)
    for (let i = 0; i < 10; i++) {
      body.write('x')
      await new Promise((resolve) => setTimeout(resolve, 60))
    }
    body.end()
    expect(await whole).toBe('x'.repeat(10))
  })

  it('that stands still is given up, and its connection left for the answer', async () => {
    const body = new PassThrough()
    body.write('half')
    await expect(collect(body, 50)).rejects.toMatchObject({ code: 'request_timeout' })
    expect(body.destroyed).toBe(false)
  })
})

describe('a request', () => {
  const serve = async (arriveMs: number) => {
    const app = express()
    app.use(bodyTimes((request) => request.path === '/upload', arriveMs))
    app.use(express.text({ type: () => true }))
    app.post(/.*/, (request, response) => void response.send(request.body))
    const server = app.listen(0, '127.0.0.1')
    await new Promise((resolve) => server.once('listening', resolve))
    withoutTotalLimit(server)
    const address = server.address()
    return { server, port: address && typeof address === 'object' ? address.port : 0 }
  }
  /** Sends the second half of a body after `pauseMs` and returns all that was answered. */
  const slowly = (port: number, where: string, pauseMs: number): Promise<string> =>
    new Promise((resolve) => {
      const socket = connect(port, '127.0.0.1')
      let text = ''
      socket.on('data', (chunk) => {
        text += chunk
        if (text.includes('whole') || text.includes('}')) socket.destroy()
      })
      socket.on('close', () => resolve(text))
      socket.write(`POST ${where} HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nwho`)
      setTimeout(() => socket.writable && socket.write('le'), pauseMs)
    })

  it('that is no upload and does not arrive is answered in words', async () => {
    const { server, port } = await serve(100)
    expect(server.requestTimeout).toBe(0)
    const [json, upload] = await Promise.all([slowly(port, '/json', 600), slowly(port, '/upload', 600)])
    expect(json).toMatch(/^HTTP\/1\.1 408[\s\S]*request_timeout/)
    expect(upload).toMatch(/^HTTP\/1\.1 200[\s\S]*whole/)
    server.close()
  })

  it('of the whole server has no total limit', () => {
    expect(test.app.getHttpServer().requestTimeout).toBe(0)
    expect(test.app.getHttpServer().headersTimeout).toBeGreaterThan(0)
  })
})

describe('what no row names', () => {
  it('is swept, and nothing else', async () => {
    const uploads = path.join(test.dataDir, 'uploads')
    const lost = randomUUID()
    await mkdir(path.join(uploads, lost, '.parts'), { recursive: true })
    await writeFile(path.join(uploads, lost, '.parts', '0'), 'half a file')
    await mkdir(path.join(uploads, 'not-an-id'), { recursive: true })
    const files = [{ name: 'config.json', size: 5, modified: 1 }]
    const { id } = (await test.call('POST', '/folder-uploads', { name: 'm', files })).body.data
    await test.app.get(Housekeeping, { strict: false }).tidy()
    const left = await readdir(uploads)
    expect([lost, id, 'not-an-id'].map((name) => left.includes(name))).toEqual([false, true, true])
  })
})

describe('the file of a dataset', () => {
  const text = Buffer.from('{"text":"once"}\n'.repeat(100))
  const announce = async () => {
    const files = [{ name: 'my_texts.jsonl', size: text.length, modified: 1 }]
    return (await test.call('POST', '/folder-uploads', { name: 'my texts.jsonl', purpose: 'dataset', files })).body.data
  }
  const send = async (id: string, start: number, end: number) => {
    const headers = {
      authorization: `Bearer ${test.key}`,
      'content-range': `bytes ${start}-${end - 1}/${text.length}`,
    }
    const where = `${test.url}/api/v1/folder-uploads/${id}/files/0`
    return (await fetch(where, { method: 'PATCH', headers, body: text.subarray(start, end) })).status
  }

  it('comes in pieces and is imported under its own name, once', async () => {
    const { id } = await announce()
    expect(await send(id, 0, 700)).toBe(200)
    const source = { type: 'upload', uploadId: id }
    const early = await test.call('POST', '/datasets', { name: 'd', source })
    expect(early.body.error).toMatchObject({ code: 'wrong_state', details: { uploadId: id } })
    expect(await send(id, 700, text.length)).toBe(200)
    const sha256 = createHash('sha256').update(text).digest('hex')
    expect((await test.call('GET', `/uploads/${id}`)).body.data).toEqual({
      id,
      name: 'my texts.jsonl',
      size: text.length,
      sha256,
    })
    const dataset = (await test.call('POST', '/datasets', { name: 'd', source })).body.data
    expect(dataset.fileName).toBe('my texts.jsonl')
    expect((await test.call('GET', `/folder-uploads/${id}`)).body.data.datasetId).toBe(dataset.id)
    expect((await test.call('DELETE', `/uploads/${id}`)).body.error.code).toBe('in_use')
    const { params } = await test.database.prisma.job.findFirstOrThrow({ where: { subjectId: dataset.id } })
    expect(params).toMatchObject({
      path: path.join(test.dataDir, 'uploads', id, 'my_texts.jsonl'),
      removeSource: true,
    })
  })

  it('is one file', async () => {
    const files = ['a', 'b'].map((name) => ({ name: `${name}.txt`, size: 1, modified: 1 }))
    const answer = await test.call('POST', '/folder-uploads', { name: 'd', purpose: 'dataset', files })
    expect(answer.body.error.code).toBe('file_invalid')
  })
})
