// Checks statements against a database without running them: PostgreSQL parses and describes each, so a table, column or type that is not
// there is told, and its answer is compared with the columns that the statement declares.
import type { Client, Connection } from 'pg'
import { madeStatements } from '../statement.js'
import { nameOf, type Type } from '../types.js'

interface Field {
  readonly name: string
  readonly tableID: number
  readonly columnID: number
  readonly dataTypeID: number
}

/** What `pg` calls of whatever its client is given to submit. */
class Description {
  private fields: readonly Field[] = []
  constructor(
    private readonly text: string,
    private readonly done: (fields: readonly Field[]) => void,
    private readonly failed: (error: Error) => void,
  ) {}

  submit(connection: Connection): void {
    connection.parse({ name: '', text: this.text, types: [] }, true)
    connection.describe({ type: 'S', name: '' }, true)
    connection.sync()
  }
  handleRowDescription({ fields }: { fields: readonly Field[] }): void {
    this.fields = fields
  }
  handleError(error: Error): void {
    this.failed(error)
  }
  handleReadyForQuery(): void {
    this.done(this.fields)
  }
}

const describe = (client: Client, text: string): Promise<readonly Field[]> =>
  new Promise((done, failed) => {
    client.query(new Description(text, done, failed))
  })

/** For each column of an answer: the type of its value, and whether a table says that it is never null. */
async function answerOf(
  client: Client,
  fields: readonly Field[],
): Promise<Map<string, { type: string; never: boolean }>> {
  const { rows } = await client.query<{ type: string; never: boolean }>(
    `SELECT format_type(f.type, NULL) AS type, coalesce(a.attnotnull, true) AS never
     FROM unnest($1::oid[], $2::oid[], $3::int[]) WITH ORDINALITY AS f(type, relation, number, place)
     LEFT JOIN pg_attribute a ON a.attrelid = f.relation AND a.attnum = f.number ORDER BY place`,
    [fields.map((f) => f.dataTypeID), fields.map((f) => f.tableID), fields.map((f) => f.columnID)],
  )
  return new Map(rows.map((row, i) => [fields[i]?.name ?? '', row]))
}

/** PostgreSQL's own words. */
const LONG: Readonly<Record<string, string>> = {
  int: 'integer',
  float8: 'double precision',
  timestamptz: 'timestamp with time zone',
}
const longName = (type: Type): string => {
  const name = nameOf(type)
  const one = name.replace('[]', '')
  return name.replace(one, LONG[one] ?? one)
}

async function problemsOf(
  client: Client,
  { text, columns }: { readonly text: string; readonly columns: Readonly<Record<string, Type>> },
): Promise<string[]> {
  const fields = await describe(client, text)
  const answer = await answerOf(client, fields)
  const declared = Object.entries(columns)
  const undeclared = [...answer.keys()].filter((name) => !(name in columns)).map((name) => `"${name}" is not declared`)
  const wrong = declared.flatMap(([name, type]) => {
    const column = answer.get(name)
    if (!column) return [`"${name}" is not in the answer`]
    if (column.type !== longName(type)) return [`"${name}" is ${column.type}, not ${longName(type)}`]
    return column.never || type.endsWith('?') ? [] : [`"${name}" may be NULL`]
  })
  return [...undeclared, ...wrong]
}

/**
 * What is wrong with the statements that have been loaded, one line each; none: all of them fit the database.
 * @param from Number of the first that is looked at.
 */
export async function statementProblems(client: Client, from = 0): Promise<string[]> {
  const found: string[] = []
  for (const made of madeStatements().slice(from)) {
    const problems = await problemsOf(client, made).catch((error: Error) => [error.message])
    found.push(...problems.map((problem) => `${problem}: ${made.text.replace(/\s+/g, ' ').slice(0, 120)}`))
  }
  return found
}
