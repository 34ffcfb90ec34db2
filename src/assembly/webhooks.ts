/** Opens what tells others of events: the queue, the one client for calls to anybody's hosts, and connections of their own. */
import type { Config } from '../config.ts'
import type { Clock } from '../platform/clock.ts'
import type { Db } from '../platform/database.ts'
import { openJobs } from '../platform/jobs.ts'
import type { Log } from '../platform/log.ts'
import { createOutgoing } from '../platform/outgoing.ts'
import type { Secrets } from '../platform/secrets.ts'
import { postBy } from '../webhooks/deliveries/post.ts'
import { openWebhooks, type Webhooks } from '../webhooks/runner.ts'
import type { TargetRules } from '../webhooks/target.ts'

/** Where webhooks may lead: looked at when one is made, and again when it is connected to. */
export function webhookTargets({ webhooks, mode }: Pick<Config, 'webhooks' | 'mode'>): TargetRules {
  return { allowedHosts: webhooks.allowedHosts, development: mode === 'development' }
}

export async function openWebhooksOf(options: {
  config: Config
  /** The primary itself, without a pooler in between. */
  directUrl: string
  /** Other connections than those of requests. */
  background: Db
  clock: Clock
  secrets: Secrets
  log: Log
}): Promise<Webhooks> {
  const { config, directUrl, background, clock, secrets, log } = options
  const { allowedHosts, development } = webhookTargets(config)
  await using opening = new AsyncDisposableStack()
  const jobs = opening.use(await openJobs({ url: directUrl, log }))
  const post = postBy(createOutgoing({ allowedHosts, loopback: development }))
  const webhooks = opening.use(await openWebhooks({ db: background, clock, secrets, jobs, post, log }))
  const open = opening.move()
  return { ...webhooks, [Symbol.asyncDispose]: () => open.disposeAsync() }
}
