// Brings the database named by DATABASE_URL up to date. For servers; ./start-mistudio.sh does it by itself. With DATABASE_PRODUCT_URL
// the first is a superuser's, who makes two roles: one owns the tables, the other, named by the second, is what the product works as.
import { migrateForServer } from './lib/migrate-server.mjs'

const { DATABASE_URL: url, DATABASE_PRODUCT_URL: productUrl } = process.env
if (!url) {
  console.error('DATABASE_URL is not set.')
  process.exit(1)
}
const applied = await migrateForServer(url, productUrl)
console.log(applied.length ? `migrations applied: ${applied.join(', ')}` : 'The database is up to date.')
