// Sessions of one model, one per graph request, made when first needed. Small models keep their weights inside each session (packed,
// fastest); beyond a limit the weights exist once, outside, and are fed on every run, which also lifts ONNX's 2 GiB file limit.
import type { Runtime, Session, Tensor } from '@mistudio/onnx'
import { buildForward, type GraphRequest, requestKey } from './forward-graph.js'
import type { ModelPlan } from './plan.js'
import type { WeightStore } from './weights.js'

/** Above this many bytes of weights they are fed rather than stored in each session. */
export const STORED_WEIGHTS_LIMIT = 2 ** 28
/** Open sessions per model; the least recently used one is released. */
const MAX_SESSIONS = 8

export interface SessionSettings {
  readonly threads: number
  /** Rows of the rotary tables: the longest context. */
  readonly positions: number
  readonly weights: 'stored' | 'fed'
  /** Graph optimisation of ONNX Runtime. */
  readonly optimise: boolean
}

interface OpenSession {
  readonly session: Session
  /** Weights to feed on every run. */
  readonly fed: Readonly<Record<string, Tensor>>
}

export class SessionCache {
  private readonly open = new Map<string, Promise<OpenSession>>()

  constructor(
    private readonly plan: ModelPlan,
    private readonly store: WeightStore,
    private readonly runtime: Runtime,
    private readonly settings: SessionSettings,
  ) {}

  /** Runs the graph of `request`; `feeds` may hold more than the graph reads. */
  async run(request: GraphRequest, feeds: Readonly<Record<string, Tensor>>): Promise<Record<string, Tensor>> {
    const { session, fed } = await this.session(request)
    const inputs: Record<string, Tensor> = {}
    for (const name of session.inputNames) {
      const value = feeds[name] ?? fed[name]
      if (value) inputs[name] = value
    }
    return session.run(inputs)
  }

  async release(): Promise<void> {
    const sessions = [...this.open.values()]
    this.open.clear()
    this.store.clear()
    for (const pending of sessions) await (await pending).session.release()
  }

  private async session(request: GraphRequest): Promise<OpenSession> {
    const key = requestKey(request)
    const known = this.open.get(key)
    this.open.delete(key)
    const session = known ?? this.create(request)
    this.open.set(key, session)
    session.catch(() => this.open.delete(key))
    await this.evict()
    return session
  }

  private async evict(): Promise<void> {
    while (this.open.size > MAX_SESSIONS) {
      const [oldest, pending] = this.open.entries().next().value!
      this.open.delete(oldest)
      await (await pending).session.release()
    }
  }

  private async create(request: GraphRequest): Promise<OpenSession> {
    const { weights, positions, threads, optimise } = this.settings
    const { graph, recipes } = buildForward(this.plan, request, positions)
    const fed: Record<string, Tensor> = {}
    for (const [name, recipe] of recipes) {
      const value = await this.store.load(recipe, weights === 'fed')
      if (weights === 'stored') graph.fill(name, value)
      else {
        graph.feed(name)
        fed[name] = value
      }
    }
    return { session: await this.runtime.createSession(graph.build(), { threads, optimise }), fed }
  }
}
