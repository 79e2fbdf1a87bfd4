// The groups of the attack, in the order they run: those that leave the shared product whole first.
import { bounded } from './groups/bounded.mjs'
import { damage } from './groups/damage.mjs'
import { flood } from './groups/flood.mjs'
import { hostile } from './groups/hostile.mjs'
import { hung } from './groups/hung.mjs'
import { launcher } from './groups/launcher.mjs'
import { links } from './groups/links.mjs'
import { localUsers } from './groups/local-users.mjs'
import { overload } from './groups/overload.mjs'
import { races } from './groups/races.mjs'
import { scopes } from './groups/scopes.mjs'
import { secrets } from './groups/secrets.mjs'
import { sessions } from './groups/sessions.mjs'
import { text } from './groups/text.mjs'
import { uploads } from './groups/uploads.mjs'

/** @type {readonly import('./main.mjs').Group[]} */
export const GROUPS = [
  scopes,
  secrets,
  localUsers,
  sessions,
  links,
  text,
  hostile,
  flood,
  races,
  damage,
  overload,
  hung,
  bounded,
  launcher,
  uploads,
]
