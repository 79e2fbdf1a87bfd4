// What a room's jobs are and what they work on. Apart from the routes of the room, because those embed jobs and so need to know the kinds
// of all rooms first.
import { z } from 'zod'

/**
 * Which pool of runners takes a job. `compute` owns the device; `interactive` keeps a model loaded for a waiting person; `questions` looks at
 * something, several at once and each for a short time; `io` moves files.
 */
export const QueueClassSchema = z.enum(['compute', 'interactive', 'questions', 'io'])
export type QueueClass = z.infer<typeof QueueClassSchema>

/** Accents of the design by name. */
export type Tone =
  | 'emerald'
  | 'blue'
  | 'purple'
  | 'cyan'
  | 'violet'
  | 'sky'
  | 'amber'
  | 'orange'
  | 'indigo'
  | 'red'
  | 'slate'

/** Something that jobs work on. */
export interface Subject {
  /** As sentences call it. */
  readonly word: string
  /** Table with its row; null: it has none. */
  readonly table: string | null
  /** Name of its page among the places of the UI, which take its id; null: it has none. */
  readonly place: string | null
  /**
   * Lists that show its jobs, by the path of their route, its own first. When such a job changes state, every cached answer of a GET at or
   * below one of these paths is read again; progress is patched into the own list. Query keys therefore are the segments of a path.
   */
  readonly renews: readonly `/${string}`[]
}

interface Kind {
  readonly label: string
  readonly tone: Tone
  readonly queue: QueueClass
  /** Type of its subject. */
  readonly subject: string
  /** As stored with the job; checked when a worker takes it. */
  readonly params: z.ZodType
  /** What it ends with. */
  readonly result: z.ZodType
}

/** Answered while an HTTP request waits; hidden from the Jobs page by default and pruned after a day. */
interface Question extends Kind {
  readonly question: true
}

interface LongWork extends Kind {
  readonly question: false
  /** It can be put down and taken up again at the same point. */
  readonly pausable: boolean
  /** It keeps what it has when told to stop early. */
  readonly stoppable: boolean
  /** It keeps files while it waits: cancelling a waiting one runs it once more, to clear them away. */
  readonly cleaning: boolean
}

export type JobDefinition = Question | LongWork

export interface Work {
  readonly subjects: Readonly<Record<string, Subject>>
  readonly jobs: Readonly<Record<string, JobDefinition>>
}

export const defineWork = <const W extends Work>(work: W): W => work
