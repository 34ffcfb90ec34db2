/** A running server, and the command on its host and away from it. */
import type { ApiClient } from '../../src/cli/api/client.ts'
import { openHostApi } from '../../src/cli/api/host.ts'
import { addAdministratorKey } from '../support/api.ts'
import { testSecretKey } from '../support/secret-key.ts'
import { startTestServer, type TestServer } from '../support/server.ts'
import { openCommandBench, type CommandBench, type Outcome } from './command.ts'

export type Where = 'host' | 'remote'

export interface RemoteBench extends AsyncDisposable {
  server: TestServer
  bench: CommandBench
  /** What of the environment makes the command work on the server, on its host or from elsewhere. */
  environment(where: Where): Record<string, string>
  run(where: Where, args: readonly string[], stdin?: string, api?: ApiClient): Promise<Outcome>
  /** For many commands on the host, one after the other. */
  openHost(): Promise<ApiClient>
}

export async function openRemoteBench(): Promise<RemoteBench> {
  await using opening = new AsyncDisposableStack()
  const server = opening.use(await startTestServer())
  const bench = opening.use(await openCommandBench())
  const { key } = await addAdministratorKey(server)
  const environments: Record<Where, Record<string, string>> = {
    host: { DATABASE_URL: server.config.database.url ?? '', SECRET_KEY: testSecretKey, PUBLIC_URL: server.url },
    // None of the host's settings: whatever it reaches, it reaches over HTTP.
    remote: { DATABASE_URL: '', SECRET_KEY: '', PUBLIC_URL: '', KEYGRANT_URL: server.url, KEYGRANT_API_KEY: key },
  }
  const open = opening.move()
  return {
    server,
    bench,
    environment: (where) => environments[where],
    run: (where, args, stdin, api) =>
      bench.run(args, {
        environment: environments[where],
        ...(stdin === undefined ? {} : { stdin }),
        ...(api === undefined ? {} : { api }),
      }),
    async openHost() {
      // The environment of this process is the command's from here on.
      await bench.run(['tiers', 'list'], { environment: environments.host })
      return openHostApi()
    },
    [Symbol.asyncDispose]: () => open.disposeAsync(),
  }
}
