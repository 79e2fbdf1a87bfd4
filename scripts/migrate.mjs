// Brings the database named by DATABASE_URL up to date. For servers; ./start-mistudio.sh does it by itself.
import { migrate } from './lib/migrate.mjs'

const url = process.env['DATABASE_URL']
if (!url) {
  console.error('DATABASE_URL is not set.')
  process.exit(1)
}
const applied = await migrate(url)
console.log(applied.length ? `migrations applied: ${applied.join(', ')}` : 'The database is up to date.')
