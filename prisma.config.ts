/** Tells the Prisma command line where things are, and that it needs nothing from the network. */
import { defineConfig } from 'prisma/config'

// `prisma generate` insists on a native schema engine, which it never calls, and would download one: any program that exists will do.
process.env['PRISMA_SCHEMA_ENGINE_BINARY'] ??= process.execPath
process.env['CHECKPOINT_DISABLE'] ??= '1'

export default defineConfig({
  schema: 'prisma/schema.prisma',
  migrations: { path: 'prisma/migrations' },
})
