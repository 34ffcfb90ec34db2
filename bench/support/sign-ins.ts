/** People who sign in with their password, over and over, each from a browser that keeps no cookie of it. */
import { createUser } from '../../src/users/create-user.ts'
import { createPasswords } from '../../src/users/passwords.ts'
import { systemContext } from '../../src/audit/record.ts'
import { createPersonalOrganization } from '../../src/organizations/personal.ts'
import { joinOrganization } from '../../src/organizations/join.ts'
import { systemClock as clock } from '../../src/platform/clock.ts'
import { openDatabase } from '../../src/platform/database.ts'
import { createLog } from '../../src/platform/log.ts'
import { openConnection } from './connection.ts'
import { formOf } from './form.ts'
import type { KeygrantServer } from './keygrant.ts'
import { closedLoop, type Load } from './load.ts'
import type { Contender } from './rounds.ts'

/** More than hash at once, and few enough that none is told to come again. */
const connections = 16
const people = 64
const password = 'three blue ducks swim north'

export async function signInContender(server: KeygrantServer, databaseUrl: string): Promise<Contender> {
  const emails = await addPeople(databaseUrl)
  const browsers = await Promise.all(emails.map((email) => openForm(server.port, email)))
  return {
    name: 'password sign-in',
    pid: server.pid,
    load: (seconds) =>
      closedLoop(
        server.port,
        browsers,
        async (connection, { cookie, form }) => {
          const { status, header, body } = await connection.post('/sign-in', form, { cookie })
          if (status !== 303) throw new Error(`sign-in answered ${status} ${header('location') ?? ''}\n${body}`)
        },
        { connections, seconds },
      ),
  }
}

/** One load while another one runs. */
export function beside(load: Contender['load'], other: Contender['load']): Contender['load'] {
  return async (seconds): Promise<Load> => {
    const [measured] = await Promise.all([load(seconds), other(seconds)])
    return measured
  }
}

interface Browser {
  cookie: string
  form: URLSearchParams
}

async function openForm(port: number, email: string): Promise<Browser> {
  using connection = await openConnection(port)
  const { cookie, token } = formOf(await connection.get('/sign-in'))
  return { cookie, form: new URLSearchParams({ _csrf: token, email, password, return_to: '' }) }
}

async function addPeople(databaseUrl: string): Promise<string[]> {
  await using database = openDatabase({ url: databaseUrl, poolSize: 2, log: createLog('warn') })
  const passwordHash = await createPasswords({ concurrency: 1, queueLimit: 1 }).hash(password)
  const organizations = { createPersonal: createPersonalOrganization, join: joinOrganization }
  const emails = Array.from({ length: people }, () => `${crypto.randomUUID()}@example.com`)
  for (const email of emails) {
    await database.prisma.$transaction((tx) =>
      createUser(
        tx,
        { organizations },
        { email, name: 'Ann', passwordHash, emailVerified: true, administrator: false, locale: null, by: 'operator' },
        systemContext(clock),
      ),
    )
  }
  return emails
}
