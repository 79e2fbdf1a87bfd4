// What this package needs of a connection to PostgreSQL; a client of `pg` is one.

export interface Sql {
  query<Row extends object>(text: string, values?: unknown[]): Promise<{ rows: Row[] }>
}
