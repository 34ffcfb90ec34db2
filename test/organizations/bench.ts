/** Organizations on a database of their own: customers with people in them, their keys, and what nodes were told. */
import { revokeOwnedKeys } from '../../src/api-keys/owned/revoke.ts'
import { deleteClientsOf } from '../../src/clients/delete.ts'
import type { MemberRole } from '../../src/organizations/organization.ts'
import type { OrganizationServices } from '../../src/organizations/services.ts'
import { changesChannel } from '../../src/platform/changes.ts'
import { openListener } from '../../src/platform/changes-listener.ts'
import { organizationInvitations } from '../../src/users/invitations.ts'
import { addMember, addOrganization } from '../support/api.ts'
import { openFeatureBench, type FeatureBench } from '../support/feature-bench.ts'
import { addPerson, type TestPerson } from '../support/server.ts'

export interface OrganizationBench extends FeatureBench {
  services: OrganizationServices
  /** The addresses that were mailed to. */
  mails: string[]
  /** A customer's organization with a person in each of these roles. */
  customer(...roles: MemberRole[]): Promise<{ id: string; people: TestPerson[] }>
  /** Which changes nodes hear of while it runs, as `kind id`. */
  heard(act: () => Promise<unknown>): Promise<string[]>
}

export async function openOrganizationBench(): Promise<OrganizationBench> {
  await using opening = new AsyncDisposableStack()
  const bench = opening.use(await openFeatureBench())
  const { db, clock, secrets } = bench
  let changes: string[] = []
  const listener = await openListener(bench.url, changesChannel, (payload) => {
    const { kind, id } = JSON.parse(payload) as { kind: string; id: string }
    changes.push(`${kind} ${id}`)
  })
  opening.defer(() => listener.close())
  const mails: string[] = []
  const invitations = organizationInvitations({
    secrets,
    clock,
    publicUrl: 'https://auth.example.com',
    sendMail: (_mail, to) => void mails.push(to),
  })
  const open = opening.move()
  return {
    ...bench,
    services: { db, revokeKeys: revokeOwnedKeys, deleteClients: deleteClientsOf, invitations },
    mails,
    async customer(...roles) {
      const id = await addOrganization(bench)
      const people: TestPerson[] = []
      for (const role of roles) {
        const person = await addPerson(bench)
        await addMember(bench, id, person.id, role)
        people.push(person)
      }
      return { id, people }
    },
    async heard(act) {
      changes = []
      await act()
      // Notices come in the order of their commits: what came before this question has come.
      await listener.ask(1_000)
      return changes.toSorted()
    },
    [Symbol.asyncDispose]: () => open.disposeAsync(),
  }
}
