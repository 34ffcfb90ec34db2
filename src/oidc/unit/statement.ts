/**
 * Many writes as one statement: each becomes a data-modifying CTE, so that all of them commit together in one round trip.
 * Guards are writes that must hit exactly one row; where one doesn't, none of the others happens.
 */
import { changesChannel, keepRevocations } from '../../platform/changes.ts'
import { tables, type ColumnName, type RowOf, type TableName } from './tables.ts'

export interface WriteBuilder {
  insert<T extends TableName>(table: T, row: RowOf<T>, options?: InsertOptions<T>): void
  update<T extends TableName>(table: T, set: RowOf<T>, where: RowOf<T>): void
  remove<T extends TableName>(table: T, where: RowOf<T>): void
  /**
   * An UPDATE, or an INSERT … ON CONFLICT, that must hit one row. `sql` asks for its parameters by `bind`; a later one may
   * ask for rows of this one under `own`.
   */
  guard(name: string, sql: (bind: Bind, own: string) => string): void
  /** Another write of its own making; it must end in a WHERE that may be extended with AND. */
  write(sql: (bind: Bind) => string): void
  /** A write, and one that takes its rows from what the first one RETURNs, under the name that it is given. */
  chain(first: (bind: Bind) => string, returning: string, then: (bind: Bind, from: string) => string): void
  /** Told to all nodes if the statement commits and its guards hold. */
  notify(payload: string): void
  readonly empty: boolean
  build(): Statement
}

export interface InsertOptions<T extends TableName> {
  /** What a row with the same key means; without it such a row is an error. */
  onConflict?: 'nothing' | { columns: readonly ColumnName<T>[]; update: readonly ColumnName<T>[] }
  /** A condition besides the guards. */
  onlyIf?: (bind: Bind) => string
}

export type Bind = (value: unknown, type: string) => string

export interface Statement {
  text: string
  values: unknown[]
  guards: readonly string[]
}

export function writeBuilder(): WriteBuilder {
  const values: unknown[] = []
  const guards: { name: string; sql: string }[] = []
  // Rendered at the end, when all guards are known.
  const writes: ((condition: string) => string)[] = []
  const chains: ((condition: string, index: number) => string)[] = []
  const notifications: string[] = []

  const bind: Bind = (value, type) => {
    values.push(parameterOf(value, type))
    return `$${values.length}::${type}`
  }
  const bindColumn = <T extends TableName>(table: T, column: string, value: unknown) =>
    bind(value, typeOf(table, column))
  const conditions = <T extends TableName>(table: T, where: RowOf<T>) =>
    Object.entries(where)
      .map(([column, value]) => `${column} = ${bindColumn(table, column, value)}`)
      .join(' AND ')

  return {
    insert(table, row, { onConflict, onlyIf } = {}) {
      const columns = Object.keys(row)
      const list = Object.entries(row).map(([column, value]) => bindColumn(table, column, value))
      const own = onlyIf ? ` AND ${onlyIf(bind)}` : ''
      const conflict =
        onConflict === undefined
          ? ''
          : onConflict === 'nothing'
            ? ' ON CONFLICT DO NOTHING'
            : ` ON CONFLICT (${onConflict.columns.join(', ')}) DO UPDATE SET ${onConflict.update.map((column) => `${column} = excluded.${column}`).join(', ')}`
      writes.push(
        (condition) =>
          `INSERT INTO ${table} (${columns.join(', ')}) SELECT ${list.join(', ')} WHERE ${condition}${own}${conflict}`,
      )
    },
    update(table, set, where) {
      const assignments = Object.entries(set).map(
        ([column, value]) => `${column} = ${bindColumn(table, column, value)}`,
      )
      const own = conditions(table, where)
      writes.push((condition) => `UPDATE ${table} SET ${assignments.join(', ')} WHERE ${own} AND ${condition}`)
    },
    remove(table, where) {
      const own = conditions(table, where)
      writes.push((condition) => `DELETE FROM ${table} WHERE ${own} AND ${condition}`)
    },
    guard(name, sql) {
      guards.push({ name, sql: sql(bind, `g${guards.length}`) })
    },
    write(sql) {
      const text = sql(bind)
      writes.push((condition) => `${text} AND ${condition}`)
    },
    chain(first, returning, then) {
      const text = first(bind)
      const second = then(bind, `c${chains.length}`)
      chains.push(
        (condition, index) =>
          `c${index} AS (${text} AND ${condition} RETURNING ${returning}), d${index} AS (${second})`,
      )
    },
    notify(payload) {
      notifications.push(bind(payload, 'text'))
    },
    get empty() {
      return guards.length === 0 && writes.length === 0 && chains.length === 0
    },
    build() {
      const held = guards.map((_, index) => `(SELECT count(*) FROM g${index}) = 1`).join(' AND ') || 'true'
      const parts = [
        ...guards.map(({ sql }, index) => `g${index} AS (${sql} RETURNING 1)`),
        ...writes.map((render, index) => `w${index} AS (${render(held)})`),
        ...chains.map((render, index) => render(held, index)),
        ...(notifications.length > 0
          ? [`told AS (${keepRevocations(`ARRAY[${notifications.join(', ')}]`, held)})`]
          : []),
      ]
      const answers = [
        ...guards.map((_, index) => `(SELECT count(*)::int FROM g${index}) AS g${index}`),
        ...notifications.map(
          (payload, index) =>
            `CASE WHEN ${held} THEN pg_notify('${changesChannel}', ${payload})::text END AS n${index}`,
        ),
      ]
      return {
        text: `WITH ${parts.join(', ')} SELECT ${answers.join(', ') || '1'}`,
        values,
        guards: guards.map(({ name }) => name),
      }
    },
  }
}

/** In Postgres' own form: `pg` writes times in the machine's zone, digit by digit. */
function parameterOf(value: unknown, type: string): unknown {
  if (value instanceof Date) return value.toISOString()
  return type === 'jsonb' && value !== null ? JSON.stringify(value) : value
}

function typeOf(table: TableName, column: string): string {
  const type = (tables[table] as Record<string, string>)[column]
  if (type === undefined) throw new Error(`no column ${column} in ${table}`)
  return type
}
