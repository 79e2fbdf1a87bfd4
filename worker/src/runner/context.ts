// What a pipeline sees of the world: its job, a fenced database, a place for files, and a way to report and to be told.
// A pipeline never touches the ledger, the queue or sockets; the supervisor does that with what is reported here.
import {
  type JobAnswer,
  type JobKind,
  type JobParams,
  type JobProgress,
  type MetricValues,
  paramsOf,
  type Work,
} from '@mistudio/contracts'
import type { Pool, PoolClient } from 'pg'

/** What the user or the supervisor wants of a running job. Polled between steps; `suspend` means: checkpoint, the process is going down. */
export type Control = 'run' | 'pause' | 'stop' | 'cancel' | 'suspend'

export interface JobContext<P> {
  readonly job: {
    readonly id: string
    readonly kind: JobKind
    readonly subjectId: string
    readonly attempt: number
    readonly params: P
  }
  /** Root of all files of the product; rooms own `<dataDir>/<room>/<id>`. */
  readonly dataDir: string
  /** CPU threads this job may use (ONNX Runtime intra-op threads, SAE shards). */
  readonly threads: number
  /** For reading, and for bulk COPY into tables that nobody else sees yet. */
  readonly db: Pool
  /** Latest wanted control; never blocks. */
  control(): Control
  /** Reports progress (rate-limited by the runner). */
  progress(progress: JobProgress): void
  /** Metric values of one step, stored once per (run, key, step) and pushed to charts. The run is the job's subject unless named. */
  metrics(step: number, values: MetricValues, runId?: string): void
  /** An event of the job's own log, pushed to subscribers (for example streamed tokens). */
  event(type: string, payload: unknown): void
  log(level: 'info' | 'warn' | 'error', message: string): void
  /** Resolves when everything reported so far is stored. Call it before a checkpoint becomes valid. */
  flush(): Promise<void>
  /** Runs `work` in a transaction that first proves this attempt still owns the job; throws `FencedError` otherwise. */
  commit<T>(work: (tx: PoolClient) => Promise<T>): Promise<T>
}

/** How an attempt came to be over without an end of its work. */
export interface Interrupted {
  readonly state: 'paused' | 'suspended' | 'cancelled'
}
/** `R`: what the job's kind says it ends with. */
export type Outcome<R> = { readonly state: 'completed' | 'completed_with_errors'; readonly result: R } | Interrupted

export type OutcomeOf<K extends JobKind> = Outcome<JobAnswer<K>>
export type AnyOutcome = OutcomeOf<JobKind>

/** One kind of work. `run` must be idempotent under re-runs. Make it with `pipeline`. */
export interface Pipeline<K extends JobKind> {
  readonly kind: K
  /** Folders that its jobs read beside import folders and the data directory. */
  readonly places?: () => readonly string[]
  /** Checks the stored parameters by the schema of the kind. */
  parse(params: unknown): JobParams<K>
  run(context: JobContext<JobParams<K>>): Promise<OutcomeOf<K>>
}

/** One pipeline for each kind of a room. */
export type PipelinesOf<W extends Work> = { readonly [K in Extract<keyof W['jobs'], JobKind>]: Pipeline<K> }

export const pipeline = <K extends JobKind>(kind: K, work: Pick<Pipeline<K>, 'places' | 'run'>): Pipeline<K> => ({
  ...work,
  kind,
  parse: (params) => paramsOf(kind).parse(params),
})
