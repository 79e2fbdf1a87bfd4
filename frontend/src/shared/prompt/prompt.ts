// What a text is written from: a prompt to continue, or turns of a conversation that the model's chat template writes. Pure.
import type { ChatMessage, ChatRole, CreateSteering } from '@mistudio/contracts'

export interface Turn {
  readonly key: string
  readonly role: ChatRole
  readonly content: string
}
export interface PromptDraft {
  readonly mode: 'text' | 'chat'
  readonly text: string
  readonly turns: readonly Turn[]
}

/** Prompts to begin with; the first stands there from the start. */
export const PROMPTS = [
  { label: 'Story', text: 'Once upon a time, there was a' },
  { label: 'Dialogue', text: '"Where are you going?" she asked. He said, "' },
  { label: 'Opinion', text: 'I think that the most important thing in life is' },
  { label: 'Fact', text: 'The capital of France is the city of' },
  { label: 'Report', text: 'Yesterday, the president said that' },
] as const

export const MAX_TURNS = 64
export const ROLES: Record<ChatRole, string> = { system: 'System', user: 'User', assistant: 'Assistant' }

let made = 0
const turn = (role: ChatRole, content = ''): Turn => {
  made += 1
  return { key: `t${made}`, role, content }
}

export const startPrompt = (text = ''): PromptDraft => ({ mode: 'text', text, turns: [turn('user')] })

/** The draft that makes this request's prompt again. */
export const promptFrom = ({ prompt, messages }: Pick<CreateSteering, 'prompt' | 'messages'>): PromptDraft =>
  messages
    ? { mode: 'chat', text: '', turns: messages.map(({ role, content }) => turn(role, content)) }
    : startPrompt(prompt)

export const messagesOf = ({ turns }: PromptDraft): ChatMessage[] =>
  turns.map(({ role, content }) => ({ role, content }))

/** The part of a request that holds the prompt. */
export const promptOf = (draft: PromptDraft): { prompt: string } | { messages: ChatMessage[] } =>
  draft.mode === 'chat' ? { messages: messagesOf(draft) } : { prompt: draft.text }

/** What keeps the prompt from being used, in words; null when nothing does. */
export const whyNotPrompt = (draft: PromptDraft): string | null => {
  if (draft.mode === 'text') return draft.text.trim() ? null : 'Type a prompt.'
  const asked = draft.turns.filter(({ role }) => role === 'user')
  if (asked.length === 0) return 'Add a user turn.'
  return asked.some(({ content }) => !content.trim()) ? 'Type what the user says.' : null
}

/** One more turn, of the role that usually follows. */
export const addTurn = (draft: PromptDraft): PromptDraft =>
  draft.turns.length >= MAX_TURNS
    ? draft
    : { ...draft, turns: [...draft.turns, turn(draft.turns.at(-1)?.role === 'user' ? 'assistant' : 'user')] }

export const changeTurn = (draft: PromptDraft, key: string, change: Partial<Omit<Turn, 'key'>>): PromptDraft => ({
  ...draft,
  turns: draft.turns.map((one) => (one.key === key ? { ...one, ...change } : one)),
})

export const removeTurn = (draft: PromptDraft, key: string): PromptDraft => ({
  ...draft,
  turns: draft.turns.filter((one) => one.key !== key),
})

/** A request's prompt in one text, for lists. */
export const promptTitle = ({ prompt, messages }: Pick<CreateSteering, 'prompt' | 'messages'>): string =>
  messages?.findLast(({ role }) => role === 'user')?.content || prompt || 'Chat'

/** Stop strings as a person types them: one a line, `\n` and `\t` for what a line cannot hold, `\\` for a backslash. */
export const stopStrings = (text: string): string[] =>
  text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => line.replace(/\\([nt\\])/g, (_, code: string) => ({ n: '\n', t: '\t' })[code] ?? '\\'))

export const stopText = (stops: readonly string[]): string =>
  stops.map((stop) => stop.replace(/\\/g, '\\\\').replace(/\n/g, '\\n').replace(/\t/g, '\\t')).join('\n')

export interface PromptRoom {
  /** null until counted. */
  readonly tokens: number | null
  readonly limit: number | null
  /** Why the prompt cannot be used; null when it can, or while that is not known. */
  readonly refusal: string | null
}

/** A prompt that fills the context leaves no room for a token to be written. */
export function roomOf(counted: { tokens: readonly unknown[] | null; contextLimit: number } | undefined): PromptRoom {
  const tokens = counted?.tokens?.length ?? null
  const limit = counted?.contextLimit ?? null
  const refusal =
    tokens !== null && limit !== null && tokens >= limit
      ? `The prompt has ${tokens} tokens; the model holds ${limit}, written ones included. Shorten it.`
      : null
  return { tokens, limit, refusal }
}
