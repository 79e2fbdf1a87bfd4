// Chat templates: the Jinja text that a model was tuned with, and the prompt it makes of messages. The template comes with the model, so
// it is untrusted: size, time and loops are limited, and it sees nothing but messages, special tokens and the date.
import { Environment, Interpreter, Template } from '@huggingface/jinja'
import { AppError, type ChatMessage } from '@mistudio/contracts'
import { BudgetExceeded, within } from './expressions/budget.js'

/** The longest template of a known model (tool use included) has some 30,000 characters. */
const MAX_TEMPLATE = 200_000
const MAX_RENDERED = 1_000_000
const MAX_RANGE = 100_000
const RENDER_MS = 1000

export interface ChatTemplateSource {
  readonly template: string
  /** File it came from, for messages. */
  readonly file: string
  /** bos_token, eos_token and the like, by name. */
  readonly specialTokens: Readonly<Record<string, string>>
}

export interface RenderOptions {
  /** End with the beginning of an assistant turn. Default true. */
  readonly addGenerationPrompt?: boolean
  /** What `strftime_now` tells; default the present. */
  readonly now?: Date
}

const invalid = (message: string, cause?: unknown): AppError =>
  new AppError('tokenizer_invalid', message, undefined, { cause })

/** Why a template itself refused the messages (`raise_exception`). */
class TemplateRefusal extends Error {}

function range(first: number, second?: number, step = 1): number[] {
  const [from, to] = second === undefined ? [0, first] : [first, second]
  const count = Math.max(0, Math.ceil((to - from) / step))
  if (!(count <= MAX_RANGE)) throw new Error(`range of ${count} numbers; at most ${MAX_RANGE} are allowed`)
  return Array.from({ length: count }, (_, i) => from + i * step)
}

/** Python's strftime for the directives that templates use, in English and the server's time zone. Unknown ones stay as they are. */
function strftime(date: Date, format: string): string {
  const two = (value: number): string => String(value).padStart(2, '0')
  const name = (options: Intl.DateTimeFormatOptions): string => new Intl.DateTimeFormat('en-US', options).format(date)
  const directives: Readonly<Record<string, () => string>> = {
    Y: () => String(date.getFullYear()),
    y: () => two(date.getFullYear() % 100),
    m: () => two(date.getMonth() + 1),
    d: () => two(date.getDate()),
    H: () => two(date.getHours()),
    I: () => two(date.getHours() % 12 || 12),
    M: () => two(date.getMinutes()),
    S: () => two(date.getSeconds()),
    p: () => (date.getHours() < 12 ? 'AM' : 'PM'),
    B: () => name({ month: 'long' }),
    b: () => name({ month: 'short' }),
    A: () => name({ weekday: 'long' }),
    a: () => name({ weekday: 'short' }),
    '%': () => '%',
  }
  return format.replace(/%(.)/g, (text, directive: string) => directives[directive]?.() ?? text)
}

function environment({ specialTokens }: ChatTemplateSource, now: Date): Environment {
  const env = new Environment()
  for (const [name, value] of Object.entries({
    true: true,
    false: false,
    none: null,
    True: true,
    False: false,
    None: null,
  }))
    env.set(name, value)
  env.set('raise_exception', (message: unknown) => {
    throw new TemplateRefusal(String(message))
  })
  env.set('range', range)
  env.set('strftime_now', (format: string) => strftime(now, format))
  for (const [name, value] of Object.entries(specialTokens)) env.set(name, value)
  env.set('tools', null)
  env.set('documents', null)
  return env
}

export class ChatTemplate {
  #parsed: Template | undefined

  constructor(private readonly source: ChatTemplateSource) {}

  /**
   * The prompt of a conversation, special tokens as their text. Nothing is to be put before it: a template writes BOS itself where its
   * model wants it (as `apply_chat_template` of Hugging Face transformers does it).
   * @throws AppError `prompt_invalid` when the template refuses the messages, `tokenizer_invalid` when it is broken or exceeds a limit.
   */
  render(
    messages: readonly ChatMessage[],
    { addGenerationPrompt = true, now = new Date() }: RenderOptions = {},
  ): string {
    const template = this.#parse()
    const env = environment(this.source, now)
    env.set(
      'messages',
      messages.map(({ role, content }) => ({ role, content })),
    )
    env.set('add_generation_prompt', addGenerationPrompt)
    const text = this.#limited(() => {
      const result = new Interpreter(env).run(template.parsed).value
      if (typeof result !== 'string') throw new Error('it gives no text')
      return result
    })
    if (text.length > MAX_RENDERED)
      throw invalid(
        `The chat template of ${this.source.file} makes a prompt of ${text.length} characters; at most ${MAX_RENDERED} are allowed.`,
      )
    return text
  }

  #parse(): Template {
    const { template, file } = this.source
    if (template.length > MAX_TEMPLATE)
      throw invalid(
        `The chat template of ${file} has ${template.length} characters; at most ${MAX_TEMPLATE} are allowed.`,
      )
    this.#parsed ??= this.#limited(() => new Template(template))
    return this.#parsed
  }

  #limited<T>(work: () => T): T {
    const { file } = this.source
    try {
      return within(RENDER_MS, work)
    } catch (error) {
      if (error instanceof TemplateRefusal)
        throw new AppError(
          'prompt_invalid',
          `The model's chat template refuses these messages: ${error.message}`,
          undefined,
          { cause: error },
        )
      if (error instanceof BudgetExceeded)
        throw error.busy
          ? new AppError(
              'unavailable',
              `The machine is too busy to write with the chat template of ${file}. Try again.`,
            )
          : invalid(`The chat template of ${file} did not end within ${RENDER_MS / 1000} s.`, error)
      throw invalid(`The chat template of ${file} cannot be used: ${(error as Error).message}`, error)
    }
  }
}
