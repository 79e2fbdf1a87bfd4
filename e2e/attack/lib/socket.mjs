// Sockets of the product for probes: connected or refused, and when they were closed.
import { SOCKET_PATH } from '@mistudio/contracts'
import { io } from 'socket.io-client'

/**
 * Opens a socket. @param {string} url @param {{ key?: string, cookie?: string }} [as]
 * @returns {Promise<{ socket: import('socket.io-client').Socket, closed: Promise<number> }>} rejects when the door stays shut
 */
export const openSocket = (url, { key, cookie } = {}) =>
  new Promise((done, failed) => {
    const socket = io(url, {
      path: SOCKET_PATH,
      transports: ['websocket'],
      reconnection: false,
      forceNew: true,
      timeout: 10_000,
      ...(key ? { auth: { token: key } } : {}),
      ...(cookie ? { extraHeaders: { cookie, origin: url } } : {}),
    })
    /** @type {Promise<number>} */
    const closed = new Promise((end) => socket.once('disconnect', () => end(performance.now())))
    socket.once('connect', () => done({ socket, closed }))
    socket.once('connect_error', (error) => {
      socket.close()
      failed(error)
    })
  })

/** Whether a promise settles in time. @param {Promise<unknown>} promise @param {number} ms */
export const within = (promise, ms) =>
  new Promise((done) => {
    const timer = setTimeout(() => done(false), ms)
    const end = () => {
      clearTimeout(timer)
      done(true)
    }
    promise.then(end, end)
  })
