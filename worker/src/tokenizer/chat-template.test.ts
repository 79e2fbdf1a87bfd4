import { AppError, type ChatMessage } from '@mistudio/contracts'
import { describe, expect, it } from 'vitest'
import { ChatTemplate } from './chat-template.js'

const MESSAGES: ChatMessage[] = [
  { role: 'system', content: 'Be brief.' },
  { role: 'user', content: 'Hello!' },
  { role: 'assistant', content: 'Hi.' },
  { role: 'user', content: ' And now? ' },
]
const open = (template: string, specialTokens: Record<string, string> = { bos_token: '<s>', eos_token: '</s>' }) =>
  new ChatTemplate({ template, file: 'tokenizer_config.json', specialTokens })

function refusal(work: () => unknown): { code: string; message: string } {
  try {
    work()
  } catch (error) {
    if (error instanceof AppError) return error
    throw error
  }
  throw new Error('nothing was refused')
}

describe('chat templates', () => {
  it('writes ChatML, with the beginning of an answer or without', () => {
    const template = open(
      "{% for message in messages %}{{ '<|im_start|>' + message['role'] + '\\n' + message['content'] + '<|im_end|>' + '\\n' }}{% endfor %}{% if add_generation_prompt %}{{ '<|im_start|>assistant\\n' }}{% endif %}",
    )
    const turns =
      '<|im_start|>system\nBe brief.<|im_end|>\n<|im_start|>user\nHello!<|im_end|>\n<|im_start|>assistant\nHi.<|im_end|>\n<|im_start|>user\n And now? <|im_end|>\n'
    expect(template.render(MESSAGES)).toBe(`${turns}<|im_start|>assistant\n`)
    expect(template.render(MESSAGES, { addGenerationPrompt: false })).toBe(turns)
  })

  it('writes a template with set, slices, loop variables, filters and special tokens (the form of Llama 2)', () => {
    const template = open(`{% if messages[0]['role'] == 'system' %}
{% set rest = messages[1:] %}
{% set system = '<<SYS>>\\n' + messages[0]['content'] + '\\n<</SYS>>\\n\\n' %}
{% else %}
{% set rest = messages %}
{% set system = '' %}
{% endif %}
{%- for message in rest %}
{%- if (message['role'] == 'user') != (loop.index0 % 2 == 0) %}
{{- raise_exception('Roles must alternate user/assistant') }}
{%- endif %}
{%- set content = system + message['content'] if loop.first else message['content'] %}
{%- if message['role'] == 'user' %}{{ bos_token + '[INST] ' + content | trim + ' [/INST]' }}
{%- else %}{{ ' ' + content | trim + ' ' + eos_token }}{%- endif %}
{%- endfor %}`)
    expect(template.render(MESSAGES)).toBe(
      '<s>[INST] <<SYS>>\nBe brief.\n<</SYS>>\n\nHello! [/INST] Hi. </s><s>[INST] And now? [/INST]',
    )
    expect(refusal(() => template.render([...MESSAGES, { role: 'user', content: 'x' }]))).toMatchObject({
      code: 'prompt_invalid',
      message: expect.stringContaining('Roles must alternate'),
    })
  })

  it('tells tools are none, undefined names are undefined, and dates in English', () => {
    const template = open(
      "{% if tools is none and date_string is not defined %}{{ strftime_now('%d %b %Y, %A %H:%M') }}{% endif %}",
    )
    expect(template.render(MESSAGES, { now: new Date(2026, 2, 7, 9, 5) })).toBe('07 Mar 2026, Saturday 09:05')
  })

  it('keeps namespaces through loops', () => {
    const template = open(
      "{% set ns = namespace(n=0) %}{% for m in messages %}{% set ns.n = ns.n + (1 if m.role == 'user' else 0) %}{% endfor %}{{ ns.n }} asked",
    )
    expect(template.render(MESSAGES)).toBe('2 asked')
  })

  it('ends templates that never end, are too big, or are broken', () => {
    const endless =
      '{% for a in range(9999) %}{% for b in range(9999) %}{% for c in range(9999) %}{% endfor %}{% endfor %}{% endfor %}'
    expect(refusal(() => open(endless).render(MESSAGES)).message).toContain('did not end within 1 s')
    expect(refusal(() => open('{% for a in range(1000000000) %}{% endfor %}').render(MESSAGES)).message).toContain(
      'at most 100000',
    )
    expect(refusal(() => open('{% for a in %}').render(MESSAGES)).code).toBe('tokenizer_invalid')
    expect(refusal(() => open('x'.repeat(200_001)).render(MESSAGES)).message).toContain('200001 characters')
    expect(
      refusal(() => open(`{% for a in range(9999) %}${'y'.repeat(200)}{% endfor %}`).render(MESSAGES)).message,
    ).toContain('prompt of 1999800 characters')
  })
})
