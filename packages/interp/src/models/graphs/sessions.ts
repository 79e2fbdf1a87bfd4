// Sessions of one model, one per graph request, made when first needed. Small models keep their weights inside each session; beyond a
// limit the weights exist once, outside, and are fed on every run: as fast (a product packs its matrix in a moment), without the copies
// that making a session costs, and without ONNX's 2 GiB file limit. Quantised matrices are always inside, where they are rearranged.
import type { Runtime, Session, Tensor } from '@mistudio/onnx'
import type { ModelPlan } from '../plan.js'
import type { Precision } from '../precision.js'
import type { WeightStore } from '../weights/weights.js'
import { buildForward, type GraphRequest, requestKey } from './forward-graph.js'

/** Above this many bytes of weights they are fed rather than stored in each session. */
export const STORED_WEIGHTS_LIMIT = 2 ** 28
/** Open sessions per model; the least recently used one is released. */
const MAX_SESSIONS = 8
/** Bytes of weights inside all open sessions, beyond which only the session in use stays. */
const MAX_SESSION_BYTES = 2 ** 30

export interface SessionSettings {
  readonly threads: number
  /** Rows of the rotary tables: the longest context. */
  readonly positions: number
  readonly weights: 'stored' | 'fed'
  /** Graph optimisation of ONNX Runtime. */
  readonly optimise: boolean
  readonly precision: Precision
}

interface OpenSession {
  readonly session: Session
  /** Weights to feed on every run. */
  readonly fed: Readonly<Record<string, Tensor>>
  /** Of weights inside. */
  readonly bytes: number
}

export class SessionCache {
  private readonly open = new Map<string, Promise<OpenSession>>()

  constructor(
    private readonly plan: ModelPlan,
    private readonly store: WeightStore,
    private readonly runtime: Runtime,
    private readonly settings: SessionSettings,
  ) {}

  /** Runs the graph of `request`; `feeds` may hold more than the graph reads; `into`: see Session.run. */
  async run(
    request: GraphRequest,
    feeds: Readonly<Record<string, Tensor>>,
    into: Readonly<Record<string, Tensor>> = {},
  ): Promise<Record<string, Tensor>> {
    const { session, fed } = await this.session(request)
    const inputs: Record<string, Tensor> = {}
    for (const name of session.inputNames) {
      const value = feeds[name] ?? fed[name]
      if (value) inputs[name] = value
    }
    return session.run(inputs, undefined, into)
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
    const { bytes } = await session
    await this.evict(bytes)
    return session
  }

  /** Releases the sessions used longest ago; `newest`: bytes of the one that stays. */
  private async evict(newest: number): Promise<void> {
    let bytes = newest * this.open.size
    while (this.open.size > MAX_SESSIONS || (bytes > MAX_SESSION_BYTES && this.open.size > 1)) {
      const [oldest, pending] = this.open.entries().next().value!
      this.open.delete(oldest)
      await (await pending).session.release()
      bytes -= newest
    }
  }

  private async create(request: GraphRequest): Promise<OpenSession> {
    const { weights, positions, threads, optimise, precision } = this.settings
    const { graph, recipes } = buildForward(this.plan, request, positions, precision)
    const fed: Record<string, Tensor> = {}
    for (const [name, recipe] of recipes) {
      const inside = weights === 'stored' || recipe.constant === true
      const value = await this.store.load(recipe, !inside)
      if (inside) graph.fill(name, value)
      else {
        graph.feed(name)
        fed[name] = value
      }
    }
    const session = await this.runtime.createSession(graph.build(), { threads, optimise })
    return { session, fed, bytes: graph.initialiserBytes }
  }
}
