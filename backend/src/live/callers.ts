// The sockets of this process by who opened them: how many a key has, what they may send together, and whose credential is no longer good.
import type { Socket } from 'socket.io'
import type { Identity } from '../auth/identity.js'
import { Budget, KEY_RATE, SOCKETS_PER_KEY } from './budget.js'

interface KeyUse {
  readonly sockets: Set<Socket>
  readonly budget: Budget
}

export class Callers {
  private readonly keys = new Map<string, KeyUse>()
  private readonly identities = new Map<Socket, Identity>()

  /** Takes a socket in until it disconnects; false when its key has too many. */
  add(socket: Socket, identity: Identity): boolean {
    const use = this.keys.get(identity.keyId) ?? { sockets: new Set(), budget: new Budget(KEY_RATE) }
    if (use.sockets.size >= SOCKETS_PER_KEY) return false
    this.keys.set(identity.keyId, use)
    use.sockets.add(socket)
    this.identities.set(socket, identity)
    // Its transport, not the socket: one that was admitted and left before it was told so counts no more either.
    socket.conn.once('close', () => this.remove(socket, identity.keyId))
    return true
  }

  /** Whether the key of a socket may send one more message. */
  maySend(socket: Socket): boolean {
    const identity = this.identities.get(socket)
    return identity !== undefined && this.keys.get(identity.keyId)?.budget.take() === true
  }

  all(): [Socket, Identity][] {
    return [...this.identities]
  }

  private remove(socket: Socket, keyId: string): void {
    this.identities.delete(socket)
    const use = this.keys.get(keyId)
    use?.sockets.delete(socket)
    if (use?.sockets.size === 0) this.keys.delete(keyId)
  }
}
