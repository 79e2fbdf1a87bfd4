// Migrations on a server that somebody else started (docker-compose.yml). Embedded servers: servers.mjs.
import { randomBytes } from 'node:crypto'
import { migrate } from './migrate.mjs'
import { grantTables, prepareRoles, ROLES } from './postgres-roles.mjs'

/** Migrates, and with the address of a product role gives it its rights first and last. @param {string} url @param {string} [productUrl] */
export const migrateForServer = async (url, productUrl) => {
  if (!productUrl) return migrate(url)
  const product = new URL(productUrl)
  const names = { owner: ROLES.owner, product: decodeURIComponent(product.username) }
  if (names.product === decodeURIComponent(new URL(url).username))
    throw new Error('DATABASE_PRODUCT_URL names the superuser of DATABASE_URL. Give the product a role of its own.')
  if (!/^[a-z_][a-z0-9_]*$/.test(names.product))
    throw new Error('The role of DATABASE_PRODUCT_URL may have small letters, digits and "_" only.')
  // Nobody but this run needs to be the owner: a new password each time.
  const passwords = { owner: randomBytes(32).toString('base64url'), product: decodeURIComponent(product.password) }
  await prepareRoles(url, passwords, names)
  const owner = new URL(url)
  owner.username = names.owner
  owner.password = passwords.owner
  const applied = await migrate(owner.href)
  await grantTables(url, names)
  return applied
}
