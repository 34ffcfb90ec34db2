/** What every page and every mail is given: one table of pages, one of mails, each name with the type of its model. */
import type { DocsModels } from './docs-models.ts'
import type { Locale } from './messages.ts'
import type { NoticeMailModels } from './notice-models.ts'
import type { Frame, Screen } from './screen.ts'

/** What every page is given besides its own model. */
export interface SharedModel {
  locale: Locale
  /** The token for the form that posts to this address of ours. */
  csrf: (action: string) => string
  user: { email: string; name: string | null } | null
  requestId: string
  path: string
}

/**
 * A fault in a form, shown in the summary and beside its field; `field: null` concerns the form as a whole.
 * The words are the catalogue's (`form-error.<code>`), so that a route never holds text for people.
 */
export type FormError<Field extends string = string> = { field: Field | null } & FormFault
export type FormFault =
  | { code: PlainFormFault }
  | { code: 'throttled'; minutes: number }
  | { code: 'password_too_short'; minimum: number }
  | { code: 'password_too_long'; maximum: number }
  | { code: 'name_too_long'; maximum: number }
type PlainFormFault =
  | 'wrong_credentials'
  | 'form_expired'
  | 'email_required'
  | 'email_invalid'
  | 'email_taken'
  | 'sign_in_first'
  | 'name_required'
  | 'password_required'
  | 'password_common'
  | 'password_personal'

/** Where the browser goes after a sign-in or a consent: a site's host, this computer, or an installed app's scheme. */
export interface Destination {
  host: string
  kind: 'web' | 'loopback' | 'app'
}

/** What one mailed link is for. */
export type LinkPurpose = 'sign-up' | 'invitation' | 'reset' | 'first-administrator' | 'prove-email' | 'change-email'

/** A scope of a resource, in its administrator's words. */
export interface ConsentScope {
  name: string
  title: string
  description: string | null
  optional: boolean
  writes: boolean
  sensitive: boolean
  checked: boolean
  alreadyGranted: boolean
}

/** A scope of OpenID Connect; its words are the catalogue's. */
export interface IdentityScope {
  name: 'openid' | 'profile' | 'email'
  optional: boolean
  checked: boolean
  alreadyGranted: boolean
}

/** Why a page could not be shown; `status` stands for the plain meaning of the HTTP status. */
export type ErrorReason =
  | 'status'
  | 'client_unknown'
  | 'client_disabled'
  | 'redirect_uri_mismatch'
  | 'request_invalid'
  | 'interaction_expired'
  | 'interaction_elsewhere'
  | 'form_expired'
  | 'sign_out_failed'
export type ErrorStatus = 400 | 403 | 404 | 405 | 413 | 415 | 422 | 429 | 500 | 503

/** The demo's own words, in pieces: names of the protocol are set as code. */
export type DemoText = readonly { text: string; code: boolean }[]

export interface DemoTable {
  caption: string
  open: boolean
  /** What the names in it are: parameters, claims. */
  named: string
  rows: { name: string; value: string; meaning: DemoText }[]
}

export interface DemoExchange {
  sender: string
  path: string
  open: boolean
  request: { method: string; url: string; headers: DemoHeader[]; body: string | null }
  /** Null where only the browser sees it. */
  response: { status: number; headers: DemoHeader[]; body: string } | null
}
interface DemoHeader {
  name: string
  value: string
}

/** Something that was done, or is to be done: in words, and as it went over the wire. */
export interface DemoPart {
  /** Null where the step's own title says it. */
  title: string | null
  outcome: 'good' | 'bad' | null
  text: DemoText[]
  checks: { text: DemoText; passed: boolean }[]
  tables: DemoTable[]
  exchanges: DemoExchange[]
  /** What was done last: where the page opens. */
  newest: boolean
}

export interface DemoAction {
  label: string
  action: string
  kind: 'primary' | 'plain'
  text: DemoText | null
}

export interface DemoStep {
  title: string
  state: 'done' | 'current' | 'todo' | 'failed'
  parts: DemoPart[]
  actions: DemoAction[]
}

export interface DemoToken {
  title: string
  text: DemoText
  /** A JWT's three parts; anything else is one. */
  value: string[]
  status: { text: string; kind: 'good' | 'caution' }
  header: string | null
  claims: DemoTable | null
}

export interface PageModels extends DocsModels {
  home: { signUpOpen: boolean; signedIn: boolean; administrator: boolean; demo: boolean }

  /** Posts `email`, `password`, `return_to`. */
  'sign-in': {
    action: string
    returnTo: string
    email: string
    errors: FormError<'email' | 'password'>[]
    signUpHref: string | null
    forgotHref: string
    continueTo: { clientName: string; host: string } | null
    notice: 'password-changed' | 'signed-out' | 'sign-in-again' | null
  }
  /** Posts `email`, `return_to`. */
  'sign-up': {
    action: string
    returnTo: string
    email: string
    errors: FormError<'email'>[]
    signInHref: string
    continueTo: { clientName: string; host: string } | null
  }
  'sign-up-closed': { reason: 'invitation' | 'closed'; signInHref: string }
  /** Posts `email`, `return_to`. */
  'forgot-password': {
    action: string
    returnTo: string
    email: string
    errors: FormError<'email'>[]
    signInHref: string
  }
  'check-mail': {
    email: string
    purpose: 'sign-up' | 'reset'
    expiresInMinutes: number
    againHref: string
    devMailHref: string | null
  }
  /** Posts `name` and `password`, each only if asked. Opening the page consumes nothing: mail scanners open links. */
  link: {
    purpose: LinkPurpose
    action: string
    email: string
    asksName: boolean
    asksPassword: boolean
    /** Where it is for somebody else than whoever is signed in: they sign in first, and open the link again. */
    signInHref: string | null
    values: { name: string }
    errors: FormError<'name' | 'password'>[]
    passwordRules: { minimum: number; maximum: number }
  }
  'link-dead': { purpose: LinkPurpose; againHref: string | null; signInHref: string }

  /** Posts `scope` once for each optional scope that stays ticked; scopes that can't be left out aren't posted. */
  consent: {
    client: {
      name: string
      verified: boolean
      /** One of our own addresses or a data: URI, as the content security policy demands; null for unverified clients. */
      logoUri: string | null
      uri: string | null
      policyUri: string | null
      tosUri: string | null
      contacts: string[]
    }
    destination: Destination
    user: { email: string; name: string | null }
    switchAction: string
    resources: { name: string; identifier: string; scopes: ConsentScope[] }[]
    identityScopes: IdentityScope[]
    offline: boolean
    until: Date | null
    action: string
    cancelAction: string
    manageHref: string
    errors: FormError[]
  }
  /** Navigates from a GET's answer, since `form-action` would block a redirect that follows a POST. */
  continue: { href: string; clientName: string; host: string }
  'form-post': { action: string; fields: { name: string; value: string }[]; clientName: string }
  'sign-out': {
    clientName: string | null
    action: string
    fields: { name: string; value: string }[]
    cancelHref: string
  }
  'signed-out': { signInHref: string }

  /** Every page of the account and the console. */
  screen: { frame: Frame; screen: Screen }

  error: {
    status: ErrorStatus
    reason: ErrorReason
    /** For the app's developer: the OAuth error's code and description, in English, as the protocol has it. */
    code: string | null
    detail: string | null
    requestId: string
    retryHref: string | null
    homeHref: string
  }

  'dev-mail': { messages: { id: string; to: string; subject: string; at: Date }[] }
  'dev-mail-message': { to: string; from: string; subject: string; at: Date; text: string; links: string[] }

  /** The demo's own words are English: it is a tool for developers, and exists in development only. */
  demo: {
    /** Begins, or ends it all. */
    first: DemoAction
    parties: { name: string; value: string; text: DemoText }[]
    notice: { kind: 'error' | 'info'; title: string; text: DemoText[] } | null
    steps: DemoStep[]
    tokens: DemoToken[]
  }
}
export type PageName = keyof PageModels

/** Mails. Every link's life is named in it, in minutes. */
export interface MailModels extends NoticeMailModels {
  'sign-up': { link: string; expiresInMinutes: number }
  'already-registered': { signInHref: string; resetHref: string }
  'reset-password': { link: string; expiresInMinutes: number }
  'reset-unknown': { email: string; signUpHref: string | null }
  'password-changed': { at: Date; resetHref: string }
  /** To the new address and to the one before. */
  'address-changed': { at: Date }
  invitation: { link: string; inviter: string | null; organization: string | null; expiresInMinutes: number }
  'prove-email': { link: string; email: string; expiresInMinutes: number }
  'new-device': { at: Date; device: string; address: string; resetHref: string }
  'key-rotated': {
    /** As its owner calls it, and the last four characters of the new secret. */
    name: string
    hint: string
    at: Date
    address: string
    /** When the old secret ends; null: it has. */
    oldSecretEndsAt: Date | null
  }
  'key-leaked': {
    /** As its owner calls it, and the last four characters of the secret that was found. */
    name: string
    hint: string
    at: Date
    /** Where it was found; empty: that wasn't said. */
    place: string
    /** Of the key: revoked, ending within an hour, or untouched since the secret was dead. */
    outcome: 'revoked' | 'grace' | 'dead'
  }
}
export type MailName = keyof MailModels
