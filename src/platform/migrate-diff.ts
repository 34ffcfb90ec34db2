/** Where prisma/migrations and prisma/schema.prisma differ, as SQL: for writing a migration, and for the test that there is none to write. */
import { randomUUID } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import { fileURLToPath } from 'node:url'
import { PrismaPg } from '@prisma/adapter-pg'
import { bindMigrationAwareSqlAdapterFactory } from '@prisma/driver-adapter-utils'
import pg from 'pg'
import { connect } from './database-connection.ts'
import type { Log } from './log.ts'
import { migrate, migrationsFolder } from './migrate.ts'

export const schemaFile = fileURLToPath(new URL('../../prisma/schema.prisma', import.meta.url))

/**
 * The SQL that leads from the migrations to the schema; empty when they agree. Needs a server on which it may create a
 * database: the migrations are applied there as at a start, and Prisma's engine compares what came of it.
 */
export async function diffMigrations(options: {
  url: string
  log: Log
  folder?: string
  schema?: string
}): Promise<string> {
  const { url, log, folder = migrationsFolder, schema = schemaFile } = options
  await using server = await connect(url, 'migrate diff')
  const database = `keygrant_diff_${randomUUID().replaceAll('-', '')}`
  await server.query(`CREATE DATABASE ${database} TEMPLATE template0`)
  try {
    const scratch = new URL(url)
    scratch.pathname = `/${database}`
    await migrate({ url: scratch.href, log, folder })
    return await diff(scratch.href, { path: schema, content: await readFile(schema, 'utf8') })
  } finally {
    await server.query(`DROP DATABASE ${database} WITH (FORCE)`)
  }
}

async function diff(url: string, schema: { path: string; content: string }): Promise<string> {
  const { SchemaEngine } = await loadEngine()
  const pool = new pg.Pool({ connectionString: url })
  readSystemTypes(pool)
  try {
    const adapter = bindMigrationAwareSqlAdapterFactory(new PrismaPg(pool))
    const engine = await SchemaEngine.new({ datamodels: [[schema.path, schema.content]] }, () => undefined, adapter)
    const result = await engine.diff({
      from: { tag: 'schemaDatasource', files: [schema], configDir: dirname(schema.path) },
      to: { tag: 'schemaDatamodel', files: [schema] },
      script: true,
      exitCode: true,
      filters: { externalTables: [], externalEnums: [] },
    })
    engine.free()
    return result.exitCode === 0 ? '' : (result.stdout ?? '')
  } finally {
    await pool.end()
  }
}

/** The catalogue's own type `"char"` is unknown to the adapter, which would refuse every look at the catalogue: here it is text. */
function readSystemTypes(pool: pg.Pool): void {
  const query = pool.query.bind(pool) as (...args: unknown[]) => Promise<pg.QueryResult>
  const reading = async (...args: unknown[]) => {
    const result = await query(...args)
    for (const field of result.fields) if (field.dataTypeID === 18) field.dataTypeID = pg.types.builtins.BPCHAR
    return result
  }
  Object.assign(pool, { query: reading })
}

/** Node has it; its types come only with those of a browser. */
declare const WebAssembly: {
  instantiate(
    source: Uint8Array,
    imports: Record<string, unknown>,
  ): Promise<{ instance: { exports: { __wbindgen_start(): void } } }>
}

/** Prisma's schema engine as WebAssembly: its package's own entry imports the module in a way that Node takes only behind a flag. */
async function loadEngine() {
  const engine = await import('@prisma/schema-engine-wasm/schema_engine_bg')
  const file = new URL('schema_engine_bg.wasm', import.meta.resolve('@prisma/schema-engine-wasm/schema_engine_bg'))
  const { instance } = await WebAssembly.instantiate(await readFile(file), { './schema_engine_bg.js': engine })
  engine.__wbg_set_wasm(instance.exports)
  instance.exports.__wbindgen_start()
  return engine
}
