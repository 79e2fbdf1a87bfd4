// A statement as a value: its parameters by name and type, its columns by name and type, its text. A parameter that is not declared does
// not compile; whether tables and columns are there, and have these types, is checked by `@mistudio/sql/testing` without running it.
import { decoded, encoded, nameOf, type RowOf, type Type, type Types } from './types.js'

/** A connection to PostgreSQL: a client or a pool of `pg`, or what behaves like one. */
export interface Sql {
  query<Row extends object>(text: string, values?: unknown[]): Promise<{ rows: Row[] }>
}

interface Definition<P extends Types, C extends Types> {
  readonly params: P
  /** Columns of the answer, in the writing of this code: `subjectId` is the column `subject_id`. */
  readonly columns?: C
  /** @param params Places of the parameters. @param columns The columns as a list for SELECT or RETURNING. */
  readonly sql: (params: { readonly [K in keyof P]: string }, columns: string) => string
}

export interface Statement<P extends Types = Types, C extends Types = Types> {
  readonly text: string
  readonly columns: C
  all(db: Sql, params: RowOf<P>): Promise<RowOf<C>[]>
  /** The first row; null when there is none. */
  first(db: Sql, params: RowOf<P>): Promise<RowOf<C> | null>
  run(db: Sql, params: RowOf<P>): Promise<void>
}

/** Every statement of what is loaded, for the check. */
const made: Pick<Statement, 'text' | 'columns'>[] = []
export const madeStatements = (): readonly Pick<Statement, 'text' | 'columns'>[] => made

const columnName = (name: string): string => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)
/** `subject_id AS "subjectId"`, or the name alone where both are written alike. */
const listed = (name: string): string => (columnName(name) === name ? `"${name}"` : `${columnName(name)} AS "${name}"`)

export function statement<const P extends Types, const C extends Types = Record<never, Type>>({
  params,
  columns = {} as C,
  sql,
}: Definition<P, C>): Statement<P, C> {
  const inputs = Object.entries(params)
  const outputs = Object.entries(columns)
  const places = Object.fromEntries(inputs.map(([name, type], i) => [name, `$${i + 1}::${nameOf(type)}`]))
  const text = sql(places as { [K in keyof P]: string }, outputs.map(([name]) => listed(name)).join(', '))
  const wide = outputs.filter(([, type]) => nameOf(type) === 'bigint')
  const all = async (db: Sql, values: RowOf<P>): Promise<RowOf<C>[]> => {
    const { rows } = await db.query<Record<string, unknown>>(
      text,
      inputs.map(([name, type]) => encoded(type, values[name])),
    )
    for (const row of rows) for (const [name, type] of wide) row[name] = decoded(type, row[name])
    return rows as RowOf<C>[]
  }
  const made_: Statement<P, C> = {
    text,
    columns,
    all,
    first: async (db, values) => (await all(db, values))[0] ?? null,
    run: async (db, values) => {
      await all(db, values)
    },
  }
  made.push(made_)
  return made_
}
