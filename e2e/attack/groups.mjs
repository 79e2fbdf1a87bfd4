// The groups of the attack, in the order they run: those that leave the shared product whole first.
import { flood } from './groups/flood.mjs'
import { hostile } from './groups/hostile.mjs'
import { links } from './groups/links.mjs'
import { localUsers } from './groups/local-users.mjs'
import { scopes } from './groups/scopes.mjs'
import { secrets } from './groups/secrets.mjs'
import { sessions } from './groups/sessions.mjs'
import { text } from './groups/text.mjs'

/** @type {readonly import('./main.mjs').Group[]} */
export const GROUPS = [scopes, secrets, localUsers, sessions, links, text, hostile, flood]
