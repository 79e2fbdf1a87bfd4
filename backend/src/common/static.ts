// Serves the built UI: hashed assets for a year, everything that is no file answers with the application's page.
import { existsSync } from 'node:fs'
import path from 'node:path'
import express, { type NextFunction, type Request, type RequestHandler, type Response } from 'express'

const YEAR_SECONDS = 31_536_000

/** Handlers for the folder of the built UI; none when it was not built. */
export function serveStatic(folder: string): RequestHandler[] {
  const page = path.join(folder, 'index.html')
  if (!existsSync(page)) return []
  const files = express.static(folder, {
    index: false,
    setHeaders: (response, file) => {
      const hashed = path.dirname(file).endsWith(`${path.sep}assets`)
      response.setHeader('Cache-Control', hashed ? `public, max-age=${YEAR_SECONDS}, immutable` : 'no-cache')
    },
  })
  const fallback = (request: Request, response: Response, next: NextFunction): void => {
    const wantsPage = request.method === 'GET' || request.method === 'HEAD'
    // A missing file (a name with an ending) is a 404, not the page.
    if (!wantsPage || isApi(request.path) || path.extname(request.path) !== '') next()
    else response.setHeader('Cache-Control', 'no-cache').sendFile(page)
  }
  return [(request, response, next) => (isApi(request.path) ? next() : files(request, response, next)), fallback]
}

const isApi = (url: string): boolean => url === '/api' || url.startsWith('/api/')
