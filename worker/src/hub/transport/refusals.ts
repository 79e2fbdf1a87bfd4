// Answers of the hub that are no success, in words: what it means and what to do. Pure.
import { AppError } from '@mistudio/contracts'
import { PassingError, retryAfterMs } from './retry.js'

/** What was asked for, as far as known; for the messages. */
export interface Asked {
  readonly endpoint: string
  readonly hasToken: boolean
  readonly repo?: string
  readonly revision?: string
  readonly path?: string
}

const SETTINGS = 'Settings › Hugging Face'

/** The error of an answer that is no success. `foreign`: it came from the host that a redirect named, not from the hub itself. */
export function refusal(response: Response, asked: Asked, foreign: boolean): AppError | PassingError {
  const { status } = response
  const code = response.headers.get('x-error-code')
  if (status === 429 || status === 408 || status >= 500) return busy(response)
  // Links to storage are signed for a while only; the hub gives a new one.
  if (foreign) return new PassingError('hub_unreachable', `The storage behind the hub answered ${status}.`)
  if (
    code === 'GatedRepo' ||
    (status === 403 && /gated|restricted|access to model/i.test(response.headers.get('x-error-message') ?? ''))
  )
    return gated(asked)
  if (code === 'RevisionNotFound')
    return new AppError(
      'hub_not_found',
      `${named(asked)} has no revision "${asked.revision}". Choose a branch, tag or commit that it has.`,
    )
  if (code === 'EntryNotFound')
    return new AppError('hub_not_found', `${named(asked)} has no file "${asked.path}" at this revision.`)
  if (asked.repo === undefined && (status === 401 || status === 403)) return shut(asked, status)
  if (status === 401) return unauthenticated(asked)
  if (status === 403)
    return new AppError(
      'hub_denied',
      `The hub does not let ${asked.hasToken ? 'this token' : 'us, without a token,'} read ${named(asked)}. Store a token that may read it under ${SETTINGS}.`,
    )
  if (status === 404) return missing(asked)
  return new AppError('hub_invalid', `${asked.endpoint} answered ${status}, which a hub does not. Check HF_ENDPOINT.`)
}

function busy(response: Response): PassingError {
  const after = retryAfterMs(response.headers.get('retry-after'))
  const what =
    response.status === 429
      ? 'The hub limits how much is asked of it (429).'
      : `The hub has a fault (${response.status}).`
  return new PassingError('hub_busy', what, { retryAfterMs: after })
}

const gated = (asked: Asked): AppError =>
  new AppError(
    'hub_gated',
    asked.hasToken
      ? `${named(asked)} is gated and the account of your token has no access yet. Accept the licence at ${page(asked)}, wait if its owners must agree, then retry.`
      : `${named(asked)} is gated. Accept the licence at ${page(asked)}, then store a token of that account under ${SETTINGS} and retry.`,
    { page: page(asked) },
  )

const shut = ({ endpoint, hasToken }: Asked, status: number): AppError =>
  new AppError(
    'hub_denied',
    hasToken
      ? `${endpoint} refuses the token (${status}). Store a new one under ${SETTINGS}, and check HF_ENDPOINT.`
      : `${endpoint} answers only those who have a token (${status}). Store one under ${SETTINGS}, or check HF_ENDPOINT.`,
  )

const unauthenticated = (asked: Asked): AppError =>
  new AppError(
    'hub_denied',
    asked.hasToken
      ? `The hub does not know the token, or ${named(asked)} does not exist. Check the name; store a new token under ${SETTINGS}.`
      : `${named(asked)} does not exist or is private. Check the name; for a private one store a token under ${SETTINGS}.`,
  )

const missing = (asked: Asked): AppError =>
  new AppError(
    'hub_not_found',
    asked.path
      ? `${named(asked)} has no file "${asked.path}" at this revision.`
      : `There is no ${named(asked)} at ${asked.endpoint}${asked.revision ? ` with the revision "${asked.revision}"` : ''}. Check the spelling, capitals included.`,
  )

const named = (asked: Asked): string => (asked.repo ? `"${asked.repo}"` : 'what was asked for')
const page = (asked: Asked): string => `${asked.endpoint}/${asked.repo ?? ''}`
