// One remote file as ranges of bytes: finds the address behind the redirects once, keeps it while it works, and checks every answer
// against what was asked for. Knows nothing of disks.
import { AppError } from '@mistudio/contracts'
import { get, type HubAccess, readBody } from '../transport/http.js'
import type { Asked } from '../transport/refusals.js'
import { PassingError } from '../transport/retry.js'
import type { Piece } from './pieces.js'

/** The content behind the address is not what the earlier ranges came from. The file starts over. */
export class ContentChanged extends Error {}

export interface Located {
  /** Behind the redirects; may be signed and short-lived. */
  readonly url: string
  readonly etag: string | null
  /** False: the server ignores Range and always sends the whole file. */
  readonly ranges: boolean
}

export class RangeSource {
  #located: Promise<Located> | null = null

  constructor(
    private readonly access: HubAccess,
    private readonly file: { readonly url: string; readonly bytes: number; readonly asked: Partial<Asked> },
    private readonly signal: AbortSignal,
  ) {}

  /** Address, ETag and abilities; asked for once and again after `forget`. @throws PassingError, AppError */
  locate(): Promise<Located> {
    this.#located ??= this.#probe().catch((error: unknown) => {
      this.#located = null
      throw error
    })
    return this.#located
  }

  /** The address failed: the next request asks the hub for it again. */
  forget(): void {
    this.#located = null
  }

  /**
   * Bytes of a range as they come. `etag`: of the first answer; a strong one is sent along so that changed content is noticed.
   * May end early: the caller counts. @throws ContentChanged, PassingError, AppError
   */
  async *read({ start, end }: Piece, etag: string | null): AsyncGenerator<Uint8Array> {
    const { url } = await this.locate()
    const condition: Record<string, string> = etag?.startsWith('"') ? { 'if-range': etag } : {}
    const { response } = await get(this.access, url, {
      headers: { range: `bytes=${start}-${end - 1}`, ...condition },
      signal: this.signal,
      asked: this.file.asked,
    })
    if (response.status !== 206 || (etag !== null && etagOf(response) !== null && etagOf(response) !== etag)) {
      await response.body?.cancel()
      throw new ContentChanged()
    }
    this.#checkRange(response, start)
    yield* readBody(response, this.signal, this.access.timing)
  }

  /** The whole file, for servers without ranges. */
  async *readAll(): AsyncGenerator<Uint8Array> {
    const { url } = await this.locate()
    const { response } = await get(this.access, url, { signal: this.signal, asked: this.file.asked })
    yield* readBody(response, this.signal, this.access.timing)
  }

  async #probe(): Promise<Located> {
    const { response, url } = await get(this.access, this.file.url, {
      headers: { range: 'bytes=0-0' },
      signal: this.signal,
      asked: this.file.asked,
    })
    await response.body?.cancel()
    const ranges = response.status === 206
    if (ranges) this.#checkRange(response, 0)
    return { url, etag: etagOf(response), ranges }
  }

  /** Content-Range must begin where asked and tell the length that the hub lists (RFC 9110 §14.4). */
  #checkRange(response: Response, start: number): void {
    const header = response.headers.get('content-range')
    const match = /^bytes (\d{1,15})-(\d{1,15})\/(\d{1,15}|\*)$/.exec(header ?? '')
    if (!match || Number(match[1]) !== start)
      throw new PassingError(
        'hub_unreachable',
        `The storage behind the hub answered with another range (${header ?? 'none'}).`,
      )
    if (match[3] !== '*' && Number(match[3]) !== this.file.bytes)
      throw new AppError(
        'hub_invalid',
        `The hub lists ${this.file.asked.path} with ${this.file.bytes} bytes but serves ${match[3]}. Retry; when it stays so, the repository or the mirror is damaged.`,
      )
  }
}

const etagOf = (response: Response): string | null => response.headers.get('etag')
