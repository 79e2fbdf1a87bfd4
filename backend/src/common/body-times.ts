// How long a request may take to arrive. Node's own limit counts the whole of a request, uploads too, and ends them with an empty 408;
// it is switched off, and this takes its place: uploads have an idle limit where they are read, everything else arrives in a minute.
import type { Server } from 'node:http'
import { AppError } from '@mistudio/contracts'
import type { Request, RequestHandler } from 'express'

const ARRIVE_MS = 60_000
/** After an early answer the rest of a body is read and thrown away for this long, so that the client gets to see the answer. */
const REST_MS = 10_000

/** @param isUpload requests that may take as long as they move */
export function bodyTimes(isUpload: (request: Request) => boolean, arriveMs = ARRIVE_MS): RequestHandler {
  return (request, response, next) => {
    response.once('finish', () => {
      if (!request.complete) setTimeout(() => request.complete || request.destroy(), REST_MS).unref()
    })
    if (isUpload(request)) return next()
    const timer = setTimeout(() => {
      if (request.complete) return
      if (response.headersSent) return void request.destroy()
      const error = new AppError(
        'request_timeout',
        `The request did not arrive within ${arriveMs / 1000} s. Send it again.`,
      )
      response.status(error.status).setHeader('Connection', 'close').json({ error: error.toBody() })
    }, arriveMs)
    response.once('close', () => clearTimeout(timer))
    next()
  }
}

/** Headers keep Node's limit of a minute. */
export const withoutTotalLimit = (server: Server): void => {
  server.requestTimeout = 0
}
