/** One authorization request that waits for a person: found by the browser that began it, and answered once. */
import type { Context } from 'koa'
import type { InteractionResults } from 'oidc-provider'
import type { Client } from '../../clients/client.ts'
import type { ClientDirectory } from '../../clients/directory.ts'
import { negotiateLocale, type Locale } from '../../http/messages.ts'
import type { Destination } from '../../http/page-models.ts'
import { constantTimeEqual } from '../../platform/secrets.ts'
import { interactions as model } from '../adapter/interactions.ts'
import type { StoredPayload } from '../adapter/model.ts'
import { interactionCookie } from '../provider.ts'
import type { Units } from '../units.ts'

export interface Interaction {
  uid: string
  prompt: string
  params: Readonly<Record<string, unknown>>
  client: Client
  /** Only a later sign-in answers it. */
  beganAt: Date
  /** The session that it began in. */
  sessionUid: string | null
  payload: StoredPayload
}

export interface Interactions {
  /** Only for the browser that holds its cookie: a uid that was seen elsewhere is worth nothing. */
  find(ctx: Context, uid: string): Promise<Interaction | null>
  /** What a sign-in page may tell of where it leads; the uid is enough for it. */
  peek(
    uid: string,
  ): Promise<{ client: Client; destination: Destination; loginHint: string | null; locale: Locale | null } | null>
  /** Keeps the answer. The browser then goes on at `resumePath`. */
  answer(interaction: Interaction, result: InteractionResults): Promise<void>
}

export const resumePath = (uid: string): `/${string}` => `/oauth2/authorize/${uid}`

export function createInteractions({ units, directory }: { units: Units; directory: ClientDirectory }): Interactions {
  async function load(uid: string): Promise<Interaction | null> {
    const payload = await units.run(null, (unit) => model.find(unit, uid))
    const clientId = payload?.params?.['client_id']
    const client = typeof clientId === 'string' ? await directory.find(clientId) : null
    if (!payload || !client || client.disabledAt) return null
    const stored = payload as StoredPayload
    return {
      uid,
      prompt: payload.prompt?.name ?? '',
      params: payload.params ?? {},
      client,
      beganAt: new Date(stored['beganAtMs'] as number),
      sessionUid: payload.session?.uid ?? null,
      payload: stored,
    }
  }

  return {
    async find(ctx, uid) {
      const cookie = ctx.cookies.get(interactionCookie, { signed: true })
      return cookie && constantTimeEqual(cookie, uid) ? load(uid) : null
    },

    async peek(uid) {
      const interaction = await load(uid)
      if (!interaction) return null
      return {
        client: interaction.client,
        destination: destinationOf(interaction),
        loginHint: text(interaction.params['login_hint']),
        locale: localeOf(interaction),
      }
    },

    answer: (interaction, result) =>
      units.run(null, async (unit) => {
        const { payload, uid } = interaction
        const given: InteractionResults = 'error' in result ? result : { ...payload.lastSubmission, ...result }
        model.upsert(unit, uid, { ...payload, result: given })
        await unit.flush()
      }),
  }
}

/** Where the browser goes after the answer (RFC 8252, 7): a site, this computer, or an installed app. */
export function destinationOf({ params, client }: Pick<Interaction, 'params' | 'client'>): Destination {
  return destination(text(params['redirect_uri']) ?? client.redirectUris[0] ?? '')
}

export function destination(uri: string): Destination {
  const url = URL.parse(uri)
  if (!url) return { host: uri, kind: 'app' }
  if (url.protocol !== 'http:' && url.protocol !== 'https:')
    return { host: url.protocol.replace(/:$/, ''), kind: 'app' }
  const loopback = url.hostname === 'localhost' || url.hostname === '[::1]' || url.hostname.startsWith('127.')
  return { host: url.host, kind: loopback ? 'loopback' : 'web' }
}

export function localeOf({ params }: Pick<Interaction, 'params'>): Locale | null {
  const uiLocales = text(params['ui_locales'])
  return uiLocales === null ? null : negotiateLocale({ uiLocales })
}

export function text(value: unknown): string | null {
  return typeof value === 'string' && value !== '' ? value : null
}
