// Process of the JavaScript Redis. Reads { port, password } as JSON from its standard input; listens on 127.0.0.1 only, which the
// package's own start does not, and answers nobody without the password.
import { readFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { createRedisCommandExecutor, RedisServerState, Resp2Server } from 'js-redis-server/core'

const { port, password } = JSON.parse(readFileSync(0, 'utf8'))
const server = new RedisServerState({ databaseCount: 16, requirepass: password })
const protocol = new Resp2Server({ server, executor: createRedisCommandExecutor() })
// The package calls it private, but offers no other way to hand it a connection of one's own server.
createServer({ keepAlive: true }, (socket) => protocol['handleConnection'](socket))
  .once('error', (error) => {
    console.error(`The JavaScript Redis could not listen on port ${port}: ${error.message}`)
    process.exit(1)
  })
  .listen(port, '127.0.0.1')
