// Puts the application together: the same for the running server and for tests.
import 'reflect-metadata'
import { mkdir } from 'node:fs/promises'
import path from 'node:path'
import { API_PREFIX, ROUTES, type Route } from '@mistudio/contracts'
import { NestFactory } from '@nestjs/core'
import { ExpressAdapter, type NestExpressApplication } from '@nestjs/platform-express'
import express from 'express'
import helmet from 'helmet'
import { AppModule } from './app.module.js'
import { AuthService } from './auth/auth.service.js'
import { Instance } from './auth/instance.js'
import { bodyTimes, withoutTotalLimit } from './common/body-times.js'
import type { AppConfig } from './common/config.js'
import { Gate } from './common/gate.js'
import { answerAtHttpLevel, requireHost } from './common/http-level.js'
import { MaskingLogger } from './common/logger.js'
import { checkOrigin } from './common/origin.js'
import { serveStatic } from './common/static.js'
import { serveDocs } from './docs/serve.js'
import { RedisIoAdapter } from './live/redis-io.adapter.js'

const BODY_LIMIT = '1mb'

/** No inline scripts; styles may be inline because charts and dialogs set them. Plain http is the default, so nothing forces https. */
const security = helmet({
  strictTransportSecurity: false,
  crossOriginOpenerPolicy: false,
  contentSecurityPolicy: {
    useDefaults: false,
    directives: {
      defaultSrc: ["'self'"],
      scriptSrc: ["'self'"],
      styleSrc: ["'self'", "'unsafe-inline'"],
      imgSrc: ["'self'", 'data:', 'blob:'],
      fontSrc: ["'self'", 'data:'],
      connectSrc: ["'self'"],
      workerSrc: ["'self'", 'blob:'],
      objectSrc: ["'none'"],
      baseUri: ["'self'"],
      formAction: ["'self'"],
      frameAncestors: ["'none'"],
    },
  },
})

/** The application, ready to listen; its first admin key exists. */
export async function createApp(config: AppConfig): Promise<NestExpressApplication> {
  await mkdir(path.join(config.dataDir, 'import'), { recursive: true })
  const app = await NestFactory.create<NestExpressApplication>(await AppModule.with(config), withOneSpelling(), {
    bodyParser: false,
    logger: new MaskingLogger({ logLevels: ['log', 'warn', 'error', 'fatal'] }),
  })
  trustProxies(app, config.trustedProxies)
  app.use(security)
  app.use(requireHost)
  app.use(checkOrigin(config.allowedOrigins))
  app.use(bodyTimes(isUpload))
  app.use(jsonBodies())
  app.use(atTheGate(app.get(Gate)))
  app.useWebSocketAdapter(new RedisIoAdapter(app))
  app.setGlobalPrefix(API_PREFIX.slice(1))
  serveDocs(app)
  for (const handler of serveStatic(config.staticDir)) app.use(handler)
  app.enableShutdownHooks()
  withoutTotalLimit(app.getHttpServer())
  answerAtHttpLevel(app.getHttpServer())
  await app.init()
  await app.get(Instance, { strict: false }).load()
  await app.get(AuthService, { strict: false }).ensureFirstKey()
  return app
}

/**
 * Express in which an address has one spelling: what is decided by it (the gate, uploads, pages) holds for whatever a handler answers.
 * Settings of routing count only before anything is added.
 */
function withOneSpelling(): ExpressAdapter {
  const server = express()
  server.set('case sensitive routing', true)
  server.set('strict routing', true)
  return new ExpressAdapter(server)
}

/** Forwarded headers count only when they come from these. @throws Error for what is no address or network. */
function trustProxies(app: NestExpressApplication, proxies: readonly string[]): void {
  try {
    app.set('trust proxy', proxies.length > 0 ? [...proxies] : false)
  } catch (cause) {
    const message = `MISTUDIO_TRUSTED_PROXIES: give addresses or networks (10.0.0.2, 10.0.0.0/8, loopback, uniquelocal), separated by commas.`
    throw new Error(message, { cause })
  }
}

const UPLOADS = (Object.values(ROUTES) as Route[])
  .filter(({ takes }) => takes === 'bytes')
  .map(({ path: where }) => new RegExp(`^${API_PREFIX}${where.replace(/:\w+/g, '[^/]+')}$`))

const isUpload = ({ path: where }: express.Request): boolean => UPLOADS.some((upload) => upload.test(where))

/** JSON bodies up to 1 MB; an upload's body is left alone, whatever it says it is. */
function jsonBodies(): express.RequestHandler {
  const parse = express.json({ limit: BODY_LIMIT })
  return (request, response, next) => (isUpload(request) ? next() : parse(request, response, next))
}

/** Asked for when all else is stuck. */
const SIGNS = [ROUTES.health, ROUTES.ping].map((route) => `${API_PREFIX}${route.path}`)

/** Lets requests of the API in as there are places. Uploads are slow by nature and hold no connection. */
function atTheGate(gate: Gate): express.RequestHandler {
  return (request, response, next) => {
    const free = !request.path.startsWith(`${API_PREFIX}/`) || SIGNS.includes(request.path) || isUpload(request)
    if (free) return next()
    void gate
      .enter((end) => {
        if (response.destroyed) return end()
        response.once('close', end)
        next()
      })
      .catch(next)
  }
}
