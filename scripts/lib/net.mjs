// Small network and waiting helpers.
import { createConnection, createServer } from 'node:net'

/** @param {number} ms @returns {Promise<void>} */
export const sleep = (ms) => new Promise((done) => setTimeout(done, ms))

/** Whether something accepts connections there. @param {number} port @returns {Promise<boolean>} */
export const isOpen = (port, host = '127.0.0.1') =>
  new Promise((done) => {
    const socket = createConnection({ port, host, timeout: 1000 })
    const end = (/** @type {boolean} */ open) => {
      socket.destroy()
      done(open)
    }
    socket
      .once('connect', () => end(true))
      .once('error', () => end(false))
      .once('timeout', () => end(false))
  })

/** A port that was free a moment ago. @returns {Promise<number>} */
export const freePort = () =>
  new Promise((done, failed) => {
    const server = createServer()
    server.once('error', failed)
    server.listen(0, '127.0.0.1', () => {
      const address = server.address()
      server.close(() =>
        address && typeof address === 'object' ? done(address.port) : failed(new Error('no free port')),
      )
    })
  })

/**
 * Asks until it is true. @param {() => boolean | Promise<boolean>} ask @param {number} ms @param {string} what
 */
export const until = async (ask, ms, what) => {
  const end = Date.now() + ms
  while (Date.now() < end) {
    if (await ask()) return
    await sleep(50)
  }
  throw new Error(`${what} did not happen within ${Math.round(ms / 1000)} s`)
}
