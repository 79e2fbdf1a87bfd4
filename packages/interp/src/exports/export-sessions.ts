// Sessions of one export, one per changed graph, made when first needed. Every session holds the weights its graph reads.
import type { ModelFile, Runtime, Session, Tensor } from '@mistudio/onnx'

/** Open sessions per model; the least recently used one is released. */
const MAX_SESSIONS = 8
/** Bytes of the models in all open sessions, beyond which only the session in use stays. */
const MAX_SESSION_BYTES = 2 ** 30

export class ExportSessions {
  private readonly open = new Map<string, Promise<Session>>()

  constructor(
    private readonly runtime: Runtime,
    private readonly file: ModelFile,
    private readonly options: { readonly threads: number; readonly optimise?: boolean },
  ) {}

  /** Runs the graph with this key, which `build` makes where it is not open. `feeds` may hold more than the graph reads. */
  async run(
    key: string,
    build: () => Uint8Array,
    feeds: Readonly<Record<string, Tensor>>,
  ): Promise<Record<string, Tensor>> {
    const session = await this.session(key, build)
    const names = session.inputNames.filter((name) => feeds[name] !== undefined)
    return session.run(Object.fromEntries(names.map((name) => [name, feeds[name]!])))
  }

  async release(): Promise<void> {
    const sessions = [...this.open.values()]
    this.open.clear()
    for (const pending of sessions) await (await pending).release()
  }

  private async session(key: string, build: () => Uint8Array): Promise<Session> {
    const session = this.open.get(key) ?? this.create(build)
    this.open.delete(key)
    this.open.set(key, session)
    session.catch(() => this.open.delete(key))
    await session
    const most = Math.max(1, Math.min(MAX_SESSIONS, Math.floor(MAX_SESSION_BYTES / this.file.bytes)))
    while (this.open.size > most) {
      const [oldest, pending] = this.open.entries().next().value!
      this.open.delete(oldest)
      await (await pending).release()
    }
    return session
  }

  private async create(build: () => Uint8Array): Promise<Session> {
    const { threads, optimise = true } = this.options
    const graph = build()
    const externalData = await this.file.external.dataOf(graph)
    return this.runtime.createSession(graph, { threads, optimise, externalData })
  }
}
