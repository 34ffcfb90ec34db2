/** The pages of one authorization: on to the sign-in, or the consent, and back to the client. */
import type { InteractionResults } from 'oidc-provider'
import type { AuditContext } from '../../audit/record.ts'
import { clientFingerprint } from '../../clients/fingerprint.ts'
import { giveConsent } from '../../grants/consent.ts'
import { findGrant } from '../../grants/store.ts'
import { showError } from '../../http/error-page.ts'
import { fieldList } from '../../http/forms.ts'
import type { Page, PageRoute, Person } from '../../http/pages.ts'
import type { Views } from '../../http/views.ts'
import { secondsFrom, type Clock } from '../../platform/clock.ts'
import type { Db } from '../../platform/database.ts'
import type { Catalogue } from '../../resources/catalogue.ts'
import { present, seconds } from '../adapter/model.ts'
import { lifetimes } from '../lifetimes.ts'
import { accountOf } from '../unit/unit.ts'
import type { Units } from '../units.ts'
import { answerOf, askedFor, requestedScopes, type Asked } from './asked.ts'
import { destinationOf, localeOf, resumePath, type Interaction, type Interactions } from './interaction.ts'

export interface InteractionPagesParts {
  db: Db
  clock: Clock
  catalogue: Catalogue
  interactions: Interactions
  units: Units
  views: Views
}

export function interactionPages(parts: InteractionPagesParts): PageRoute[] {
  const { db, clock, catalogue, interactions, units, views } = parts
  const post = (path: string, handle: (page: Page, interaction: Interaction) => Promise<void> | void): PageRoute => ({
    method: 'POST',
    path: `/interaction/:uid/${path}`,
    access: 'anyone',
    goOnAt: ({ params }) => `/interaction/${params['uid']}`,
    handle: withInteraction(handle),
  })
  return [
    { method: 'GET', path: '/interaction/:uid', access: 'anyone', handle: withInteraction(show) },
    post('consent', withPerson(allow)),
    post('cancel', refuse),
    post('switch', signInFirst),
  ]

  function withInteraction(handle: (page: Page, interaction: Interaction) => Promise<void> | void) {
    return async (page: Page) => {
      const interaction = await interactions.find(page.ctx, page.params['uid'] ?? '')
      if (!interaction) return showMissing(page)
      const locale = localeOf(interaction)
      if (locale) page.speak(locale)
      await handle(page, interaction)
    }
  }

  /** It has expired, was answered, or began in another browser: a mailed link may have been opened on the phone. */
  async function showMissing({ ctx, params }: Page): Promise<void> {
    const waits = await interactions.peek(params['uid'] ?? '')
    showError(ctx, views, { status: 400, reason: waits ? 'interaction_elsewhere' : 'interaction_expired' })
  }

  function withPerson(handle: (page: Page, interaction: Interaction, person: Person) => Promise<void>) {
    return async (page: Page, interaction: Interaction) =>
      page.person ? handle(page, interaction, page.person) : signInFirst(page, interaction)
  }

  async function show(page: Page, interaction: Interaction): Promise<void> {
    const { person, session } = page
    if (!person || !session) return signInFirst(page, interaction)
    if (interaction.prompt !== 'consent') {
      // Asked to sign in: only a sign-in that came after the asking answers it.
      return signedInSince(page, interaction) ? signedIn(page, interaction, person) : signInFirst(page, interaction)
    }
    // Somebody else has signed in since: what was asked of the one before is asked anew.
    if (interaction.sessionUid !== session.uid) return signedIn(page, interaction, person)
    await showConsent(page, interaction, person)
  }

  function signInFirst(page: Page, interaction: Interaction): void {
    page.redirect(`/sign-in?return_to=${encodeURIComponent(`/interaction/${interaction.uid}`)}`)
  }

  function signedInSince(page: Page, { beganAt }: Interaction): boolean {
    const at = page.session?.signedInAt
    return at !== undefined && at !== null && at >= beganAt
  }

  async function signedIn(page: Page, interaction: Interaction, person: Person): Promise<void> {
    const { uid, signedInAt, amr } = present(page.session, 'session')
    const result: InteractionResults = {
      login: { accountId: person.id, ts: seconds(present(signedInAt, 'time of sign-in')), amr: [...amr] },
      select_account: {},
    }
    // The answer counts in this very session: it must sign nobody in where that has ended, or in another browser.
    const payload = { ...interaction.payload, session: { uid, accountId: person.id } }
    // What somebody else has answered on the way here is no answer of this person's.
    if (payload.accountId !== person.id) delete payload.lastSubmission
    await interactions.answer({ ...interaction, payload }, result)
    page.redirect(resumePath(interaction.uid))
  }

  async function showConsent(page: Page, interaction: Interaction, person: Person): Promise<void> {
    const { client, uid } = interaction
    const asked = await askedOf(interaction, person)
    page.show('consent', {
      client: {
        name: client.name,
        verified: client.verified,
        // Nothing of an app is fetched from elsewhere: its picture could not be vouched for, and would tell who is here.
        logoUri: null,
        uri: client.clientUri,
        policyUri: client.policyUri,
        tosUri: client.tosUri,
        contacts: [...client.contacts],
      },
      destination: destinationOf(interaction),
      user: { email: person.email, name: person.name },
      switchAction: `/interaction/${uid}/switch`,
      resources: asked.resources.map(({ resource, scopes }) => ({
        name: resource.title,
        identifier: resource.identifier,
        scopes,
      })),
      identityScopes: asked.identityScopes,
      offline: asked.offline,
      until: asked.offline ? secondsFrom(clock, lifetimes.refreshTokenTotal) : null,
      action: `/interaction/${uid}/consent`,
      cancelAction: `/interaction/${uid}/cancel`,
      manageHref: '/account/connected-apps',
      errors: [],
    })
  }

  async function allow(page: Page, interaction: Interaction, person: Person): Promise<void> {
    const { client } = interaction
    const answer = answerOf(
      await askedOf(interaction, person),
      new Set(fieldList(page.form, 'scope')),
      requestedScopes(interaction),
    )
    const context: AuditContext = {
      actor: { kind: 'user', id: person.id },
      requestId: page.requestId,
      address: page.caller.address,
      clock,
    }
    await giveConsent(
      db,
      {
        userId: person.id,
        clientId: client.id,
        clientFingerprint: clientFingerprint(client),
        organizationId: client.organizationId,
      },
      answer,
      context,
    )
    await interactions.answer(interaction, { consent: {} })
    page.redirect(resumePath(interaction.uid))
  }

  async function refuse(page: Page, interaction: Interaction): Promise<void> {
    await interactions.answer(interaction, { error: 'access_denied', error_description: 'the person refused' })
    page.redirect(resumePath(interaction.uid))
  }

  async function askedOf(interaction: Interaction, person: Person): Promise<Asked> {
    const before = await findGrant(db, person.id, interaction.client.id)
    const account = await units.run(null, (unit) => accountOf(unit, person.id))
    const giver = { administrator: person.administrator, organizationAdmin: account?.organization_admin ?? false }
    return askedFor(interaction, catalogue, giver, before)
  }
}
