import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { ChatPreviewSchema } from '@mistudio/contracts'
import { afterAll, expect, it } from 'vitest'
import { modelStore } from '../models/index.js'
import type { JobContext } from '../runner/context.js'
import { openTokenizer } from '../tokenizer/index.js'
import { chatPipeline } from './chat.pipeline.js'
import { startIds } from './prompt.js'

const DEMO = fileURLToPath(new URL('../../../demo/tiny-stories-1m/', import.meta.url))
const TEMPLATE =
  "{{ bos_token }}{% for m in messages %}{% if m.role == 'system' %}{{ raise_exception('No system turns.') }}{% endif %}{{ m.role }}: {{ m.content }}\n{% endfor %}{% if add_generation_prompt %}assistant:{% endif %}"
const folder = mkdtempSync(join(tmpdir(), 'mistudio-chat-'))
cpSync(DEMO, folder, { recursive: true })
writeFileSync(join(folder, 'chat_template.jinja'), TEMPLATE)
afterAll(async () => {
  await modelStore.release()
  rmSync(folder, { recursive: true })
})

const ask = async (modelPath: string, messages: { role: string; content: string }[], prompt?: string) => {
  const params = chatPipeline.parse({ modelPath, messages, prompt })
  const outcome = await chatPipeline.run({ job: { params }, threads: 1 } as unknown as JobContext<typeof params>)
  return ChatPreviewSchema.parse('result' in outcome && outcome.result)
}

it('writes a conversation with one BOS, from the template, and a text with the BOS of its own', async () => {
  const tokenizer = await openTokenizer(folder)
  const ids = startIds(tokenizer, { prompt: '', messages: [{ role: 'user', content: 'Hello' }] })
  expect([...ids]).toEqual([0, ...tokenizer.encode('user: Hello\nassistant:')])
  expect([...startIds(tokenizer, { prompt: 'Hello' })]).toEqual([0, ...tokenizer.encode('Hello')])
})

it('previews the prompt by tokens, tells a refusal, and tells whether there is a template', async () => {
  const { tokens } = await ask(folder, [{ role: 'user', content: 'Hello' }])
  expect(tokens?.map(({ text }) => text).join('')).toBe('<|endoftext|>user: Hello\nassistant:')
  expect(await ask(folder, [{ role: 'system', content: 'x' }])).toEqual({
    hasTemplate: true,
    contextLimit: 256,
    tokens: null,
    refusal: expect.stringContaining('No system turns.'),
  })
  const nothing = { contextLimit: 256, tokens: null, refusal: null }
  expect(await ask(folder, [])).toEqual({ hasTemplate: true, ...nothing })
  expect(await ask(DEMO, [{ role: 'user', content: 'x' }])).toEqual({ hasTemplate: false, ...nothing })
})

it('counts the tokens of a plain prompt as they will be read, BOS included', async () => {
  const { tokens, contextLimit } = await ask(DEMO, [], 'Once upon a time')
  expect(tokens?.map(({ text }) => text).join('')).toBe('<|endoftext|>Once upon a time')
  expect(contextLimit).toBe(256)
})

it('refuses a conversation with a model that has no template', async () => {
  const tokenizer = await openTokenizer(DEMO)
  expect(() => startIds(tokenizer, { prompt: '', messages: [{ role: 'user', content: 'x' }] })).toThrow(
    'no chat template',
  )
})

it('takes the template of its own file before that of tokenizer_config.json, and the default one of several', async () => {
  const named = [
    { name: 'tool_use', template: 'tools' },
    { name: 'default', template: '{{ messages[0].content }}{{ eos_token }}' },
  ]
  const other = mkdtempSync(join(tmpdir(), 'mistudio-chat-'))
  cpSync(folder, other, { recursive: true })
  const config = JSON.parse(readFileSync(join(DEMO, 'tokenizer_config.json'), 'utf8')) as object
  writeFileSync(
    join(other, 'tokenizer_config.json'),
    JSON.stringify({ ...config, chat_template: named, eos_token: { content: '<|endoftext|>', special: true } }),
  )
  const render = async () => (await openTokenizer(other)).chat?.render([{ role: 'user', content: 'hi' }])
  expect(await render()).toContain('assistant:')
  rmSync(join(other, 'chat_template.jinja'))
  expect(await render()).toBe('hi<|endoftext|>')
  rmSync(other, { recursive: true })
})
