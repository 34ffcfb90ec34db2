/** Reports of leaked secrets, with the keys that they are about. */
import { answerLeaks, tellOfDeadLeaks } from '../api-keys/leaked/answer.ts'
import { findLeakedSecrets } from '../api-keys/leaked/find.ts'
import { tellOwners } from '../api-keys/leaked/tell-owners.ts'
import type { Config } from '../config.ts'
import { createLeaks, type Leaks } from '../leaks/leaks.ts'
import type { Clock } from '../platform/clock.ts'
import type { Db } from '../platform/database.ts'
import type { Log } from '../platform/log.ts'
import { createOutgoing } from '../platform/outgoing.ts'
import type { Secrets } from '../platform/secrets.ts'
import type { UserServices } from '../users/services.ts'

export function leaksOf(options: {
  config: Config
  db: Db
  secrets: Secrets
  clock: Clock
  log: Log
  users: Pick<UserServices, 'queueMail'>
}): Leaks {
  const { config, db, secrets, clock, log, users } = options
  const { keysUrl, response } = config.leaks
  // What the operator names may be in their own network.
  const allowedHosts = keysUrl === null ? [] : [new URL(keysUrl).hostname]
  return createLeaks({
    db,
    clock,
    log,
    outgoing: createOutgoing({ allowedHosts, loopback: config.mode === 'development' }),
    keys: {
      find: (tx, texts) => findLeakedSecrets(tx, { secrets, prefix: config.apiKeys.prefix }, texts),
      answer: answerLeaks,
      tellOfDead: tellOfDeadLeaks,
      tellOwners: (tx, leaks, at) => tellOwners(tx, users, leaks, at),
    },
    publicKeysUrl: keysUrl,
    response,
  })
}
