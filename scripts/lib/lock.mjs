// One holder per folder, proved by the operating system: a socket that the holder listens on, named in the folder. It ends with the
// process, however that dies, and it can be asked who holds. A copied folder has a name that nobody listens on, so its lock is free.
//
// Names are lock-1, lock-2, … A claim is the next number after the highest, made with one `link` of a socket that listens already,
// so that of several claims one succeeds and nobody sees a claim without its holder. The highest name is never removed: a name
// that nobody listens on is dead for ever.
import { linkSync, mkdirSync, readdirSync, unlinkSync } from 'node:fs'
import { createConnection, createServer } from 'node:net'
import { dirname } from 'node:path'

const ANSWER_MS = 3000
const nameOf = (/** @type {number} */ number) => `lock-${number}`

/** Does something with names inside a folder: a socket's path may have about a hundred bytes, a folder's has more. @template T @param {string} folder @param {() => T} work */
const inside = (folder, work) => {
  const before = process.cwd()
  process.chdir(folder)
  try {
    return work()
  } finally {
    process.chdir(before)
  }
}

/** Numbers of the claims in a folder, highest first. @param {string} folder */
const claims = (folder) =>
  readdirSync(folder)
    .map((name) => Number(/^lock-(\d+)$/.exec(name)?.[1] ?? 0))
    .filter((number) => number > 0)
    .sort((a, b) => b - a)

/**
 * Asks whoever listens under a name: null when nobody does, else what it says (null again inside when it does not speak in time).
 * @param {string} folder @param {number} number @returns {Promise<{ says: unknown } | null>}
 */
const ask = (folder, number) =>
  new Promise((done) => {
    let text = ''
    const socket = inside(folder, () => createConnection({ path: nameOf(number) }))
    const end = (/** @type {{ says: unknown } | null} */ answer) => {
      clearTimeout(timer)
      socket.destroy()
      done(answer)
    }
    const timer = setTimeout(() => end({ says: null }), ANSWER_MS)
    socket
      .on('data', (chunk) => (text += chunk))
      .once('end', () => {
        try {
          end({ says: JSON.parse(text) })
        } catch {
          end({ says: null })
        }
      })
      .once('error', (error) => {
        const code = 'code' in error ? String(error.code) : ''
        // A holder that dies while it speaks is asked again by the caller's next look.
        end(['ECONNREFUSED', 'ENOENT', 'ECONNRESET', 'EPIPE'].includes(code) ? null : { says: null })
      })
  })

/** Who holds a folder: null when nobody does. `says` is what the holder answered; null when it is silent. @param {string} folder @returns {Promise<{ says: any } | null>} */
export const holderOf = async (folder) => {
  try {
    const [highest] = claims(folder)
    return highest ? await ask(folder, highest) : null
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null
    throw error
  }
}

/** A socket that listens under a name of this process, answering everybody who connects. @param {string} folder @param {string} name @param {() => unknown} answer @returns {Promise<import('node:net').Server>} */
const listen = (folder, name, answer) =>
  new Promise((done, failed) => {
    const server = createServer((socket) => {
      socket.on('error', () => undefined)
      socket.end(JSON.stringify(answer()))
    })
    server.once('error', failed)
    inside(folder, () => server.listen({ path: name }, () => done(server)))
    server.unref()
  })

/**
 * Takes the folder for as long as this process lives, or says who holds it.
 * @param {string} folder @param {() => unknown} answer what others are told
 * @returns {Promise<{ holder: { says: any } | null }>} `holder` is null when the folder is ours now
 */
export const hold = async (folder, answer) => {
  // Only the folder itself is private: others may have business in the one above.
  mkdirSync(dirname(folder), { recursive: true })
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  const own = `claim-${process.pid}-${Date.now()}`
  const server = await listen(folder, own, answer)
  const give = (/** @type {{ says: any } | null} */ holder) => {
    inside(folder, () => unlinkSync(own))
    if (holder) server.close()
    return { holder }
  }
  for (;;) {
    const [highest = 0] = claims(folder)
    const holder = highest ? await ask(folder, highest) : null
    if (holder) return give(holder)
    try {
      inside(folder, () => linkSync(own, nameOf(highest + 1)))
    } catch (error) {
      if (error instanceof Error && 'code' in error && error.code === 'EEXIST') continue
      give({ says: null })
      throw error
    }
    const after = claims(folder)
    if (after[0] === highest + 1) {
      for (const dead of after.slice(1)) inside(folder, () => unlinkSync(nameOf(dead)))
      return give(null)
    }
    // Others went past while we looked: our number was dead already.
    inside(folder, () => unlinkSync(nameOf(highest + 1)))
  }
}
