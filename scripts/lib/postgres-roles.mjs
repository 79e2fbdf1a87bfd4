// Roles of the embedded database and what each may do. The superuser only makes roles and the database; the owner owns the tables
// and runs migrations; the product reads and writes rows, and owns nothing but the partitioned tables whose partitions it makes.
import pg from 'pg'
import { scramVerifier } from './secrets.mjs'

export const ROLES = /** @type {const} */ ({
  superuser: 'postgres',
  owner: 'mistudio_owner',
  product: 'mistudio',
})
const DATABASE = 'mistudio'
/** @typedef {{ readonly owner: string, readonly product: string }} RoleNames */

/** @template T @param {string} url @param {(client: pg.Client) => Promise<T>} work */
const connected = async (url, work) => {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    return await work(client)
  } finally {
    await client.end()
  }
}

/** @param {pg.Client} client @param {string} role @param {string} password */
const ensureRole = async (client, role, password) => {
  const { rowCount } = await client.query('SELECT 1 FROM pg_roles WHERE rolname = $1', [role])
  await client.query(
    `${rowCount ? 'ALTER' : 'CREATE'} ROLE ${role} LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS PASSWORD '${scramVerifier(password)}'`,
  )
}

/**
 * Everything of ours in the database that belongs to another role than it should; extensions keep theirs. Partitioned tables, their
 * partitions, and tables named by an id, which become partitions, are the product's.
 * @param {RoleNames} names
 */
const misplaced = ({ owner, product }) => `
  SELECT format('ALTER TABLE %I OWNER TO %I', relname, wanted) AS statement
    FROM (SELECT *, CASE WHEN relkind = 'p' OR relispartition OR relname ~ '_[0-9a-f]{32}(_[0-9]+)?$' THEN '${product}' ELSE '${owner}' END AS wanted
            FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p', 'v', 'm')) c
   WHERE relowner <> wanted::regrole
     AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e')
  UNION ALL
  SELECT format('ALTER TYPE %I OWNER TO ${owner}', typname)
    FROM pg_type t WHERE typnamespace = 'public'::regnamespace AND typtype IN ('e', 'd') AND typowner <> '${owner}'::regrole
     AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_type'::regclass AND d.objid = t.oid AND d.deptype = 'e')`

/** Hands tables that an older version made as superuser to the roles they belong to. @param {pg.Client} client @param {RoleNames} names */
const handOver = async (client, names) => {
  const { rows } = await client.query(misplaced(names))
  for (const { statement } of rows) await client.query(statement)
}

/** What the product may do; run after migrations, because tables are new then. @param {RoleNames} names */
const grants = ({ product }) => [
  `GRANT USAGE, CREATE ON SCHEMA public TO ${product}`,
  `GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO ${product}`,
  `GRANT USAGE, SELECT, UPDATE ON ALL SEQUENCES IN SCHEMA public TO ${product}`,
  `REVOKE ALL ON "_prisma_migrations" FROM ${product}`,
]

/** Roles with their passwords, and the database, owned by the owner. Migrations come next. @param {string} superuserUrl @param {{ owner: string, product: string }} passwords @param {RoleNames} [names] */
export const prepareRoles = async (superuserUrl, passwords, names = ROLES) => {
  const { owner, product } = names
  await connected(superuserUrl, async (client) => {
    await ensureRole(client, owner, passwords.owner)
    await ensureRole(client, product, passwords.product)
    // Migrations change the tables that belong to the product too.
    await client.query(`GRANT ${product} TO ${owner}`)
    const { rowCount } = await client.query('SELECT 1 FROM pg_database WHERE datname = $1', [DATABASE])
    if (!rowCount) await client.query(`CREATE DATABASE ${DATABASE} OWNER ${owner}`)
    await client.query(`ALTER DATABASE ${DATABASE} OWNER TO ${owner}`)
    await client.query(`REVOKE ALL ON DATABASE ${DATABASE}, postgres, template1 FROM PUBLIC`)
    await client.query(`GRANT CONNECT ON DATABASE ${DATABASE} TO ${product}`)
  })
  await inDatabase(superuserUrl, (client) => handOver(client, names))
}

/** Rights on tables that migrations made. @param {string} superuserUrl @param {RoleNames} [names] */
export const grantTables = (superuserUrl, names = ROLES) =>
  inDatabase(superuserUrl, async (client) => {
    await handOver(client, names)
    for (const statement of grants(names)) await client.query(statement)
  })

/** @param {string} superuserUrl @param {(client: pg.Client) => Promise<void>} work */
const inDatabase = (superuserUrl, work) => {
  const url = new URL(superuserUrl)
  url.pathname = `/${DATABASE}`
  return connected(url.href, work)
}
