/** Prisma's schema engine, as WebAssembly from npm: the native one is a download that closed networks don't have. */
import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { PrismaPg } from '@prisma/adapter-pg'
import { bindMigrationAwareSqlAdapterFactory, ColumnTypeEnum, type SqlQuery } from '@prisma/driver-adapter-utils'
import type { SchemaEngine } from '@prisma/schema-engine-wasm/schema_engine_bg'
import pg from 'pg'

/** Node has it; its types come only with those of a browser. */
declare const WebAssembly: {
  instantiate(
    source: Uint8Array,
    imports: Record<string, unknown>,
  ): Promise<{ instance: { exports: { __wbindgen_start(): void } } }>
}

/** Lends an engine that works on this database and this schema. */
export async function withSchemaEngine<T>(
  url: string,
  schema: { path: string; content: string },
  use: (engine: SchemaEngine) => Promise<T>,
): Promise<T> {
  const { SchemaEngine } = await (loaded ??= loadEngine())
  const pool = new pg.Pool({ connectionString: url, max: 1 })
  try {
    const adapter = bindMigrationAwareSqlAdapterFactory(catalogueReader(pool))
    using engine = await SchemaEngine.new({ datamodels: [[schema.path, schema.content]] }, () => undefined, adapter)
    return await use(engine)
  } finally {
    await pool.end()
  }
}

/** The type `"char"`, which only the catalogue of Postgres has. */
const CATALOGUE_CHAR = 18

/**
 * Prisma's adapter refuses `"char"`, and so every look at the catalogue: here such columns pass it as text, and get
 * back the type that the engine expects.
 */
function catalogueReader(pool: pg.Pool): PrismaPg {
  const charColumns = new WeakMap<unknown[], number[]>()
  const query = pool.query.bind(pool) as (...args: unknown[]) => Promise<pg.QueryResult>
  Object.assign(pool, {
    async query(...args: unknown[]) {
      const { fields, rows, ...rest } = await query(...args)
      charColumns.set(
        rows,
        fields.flatMap((field, i) => (field.dataTypeID === CATALOGUE_CHAR ? [i] : [])),
      )
      const readable = fields.map((field) =>
        field.dataTypeID === CATALOGUE_CHAR ? { ...field, dataTypeID: pg.types.builtins.TEXT } : field,
      )
      return { ...rest, rows, fields: readable }
    },
  })

  const factory = new PrismaPg(pool)
  const connect = factory.connect.bind(factory)
  return Object.assign(factory, {
    async connect() {
      const adapter = await connect()
      const queryRaw = adapter.queryRaw.bind(adapter)
      return Object.assign(adapter, {
        async queryRaw(statement: SqlQuery) {
          const result = await queryRaw(statement)
          for (const i of charColumns.get(result.rows) ?? []) result.columnTypes[i] = ColumnTypeEnum.Character
          return result
        },
      })
    },
  })
}

/** Once: the package keeps the instance in a variable of its own, so that a second would break what the first has begun. */
let loaded: ReturnType<typeof loadEngine> | undefined

/** The package's own entry imports the module in a way that Node takes only behind a flag; this is what it would do. */
async function loadEngine() {
  const engine = await import('@prisma/schema-engine-wasm/schema_engine_bg')
  const entry = createRequire(import.meta.url).resolve('@prisma/schema-engine-wasm/schema_engine_bg')
  const module = await readFile(join(dirname(entry), 'schema_engine_bg.wasm'))
  const { instance } = await WebAssembly.instantiate(module, { './schema_engine_bg.js': engine })
  // Where the engine says what went wrong before it stops for good; without this its last word would be "unreachable".
  Object.assign(globalThis, {
    PRISMA_WASM_PANIC_REGISTRY: {
      set_message(message: string) {
        throw new Error(`Prisma's schema engine failed: ${message}`)
      },
    },
  })
  engine.__wbg_set_wasm(instance.exports)
  instance.exports.__wbindgen_start()
  return engine
}
