// Where the backend starts to listen, alike in the product and in tests.
import { once } from 'node:events'
import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { INestApplication } from '@nestjs/common'

/** Connections that wait to be accepted. Beyond Node's 511, a thousand at once on a busy machine ended with some of them reset. */
const WAITING_CONNECTIONS = 4096

/** Ends when connections are taken, with the port: any free one for 0. @throws the system's error, such as EADDRINUSE. */
export async function listen(app: INestApplication, port: number, host: string): Promise<number> {
  await app.init()
  const server: Server = app.getHttpServer()
  server.listen({ port, host, backlog: WAITING_CONNECTIONS })
  await once(server, 'listening')
  return (server.address() as AddressInfo).port
}
