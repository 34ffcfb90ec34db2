/** English: what is wrong with a credential, and what it may not do. */
import type { Words } from '../words.ts'

export const refusals = {
  missing: {
    title: 'No credential was sent',
    meaning: 'The request carried neither an API key nor an access token, so we can’t know who asks.',
    causes: [
      'The environment variable that holds the key is empty where the program runs.',
      'The header is called otherwise. We read `Authorization: Bearer …` and `X-API-Key: …`, and nothing else.',
      'A redirect to another host, or a proxy in between, dropped the `Authorization` header.',
    ],
    steps: [
      'See what is really sent: `curl -v` shows every header, and `test -n "$API_KEY"` whether the variable holds something.',
      'Send the key as `Authorization: Bearer YOUR_API_KEY`, with the word `Bearer` and one space before it.',
      'Call the final address, so that no redirect is needed. Keys never go into the URL: URLs end up in logs.',
    ],
  },
  malformed: {
    title: 'The credential is not well-formed',
    meaning:
      'What was sent can’t be an API key or an access token of ours. The last six characters of a key are a checksum, so a mistyped one is known as such.',
    causes: [
      'The key was cut off, or changed, while it was copied.',
      'Quotes, a blank or a line break from a file came along with it.',
      'It is the key of another service, or the name of the variable in place of its value.',
    ],
    steps: [
      'Count its characters: `printf %s "$API_KEY" | wc -c`. A key is its prefix, `_live_` or `_test_`, and 36 characters.',
      'Copy it again from where it is kept.',
      'If it isn’t kept anywhere, rotate it. We show a key once, when it is made, and can’t show it again.',
    ],
  },
  revoked: {
    title: 'The credential was revoked',
    meaning: 'This key or token was ended before its time, for good. It can’t be brought back.',
    causes: [
      'Somebody of your organization revoked the key, or an administrator of the platform did.',
      'It was found in public, in a repository or a log, and was revoked to protect you.',
      'For an access token: its person took back what they had allowed the app, signed out, or chose a new password.',
    ],
    steps: [
      'Ask whoever administers your organization why it was revoked.',
      'Make a new key with the scopes that are needed, and put it where the old one was.',
      'If the old one had leaked, look at what else was beside it. With an access token, ask the person to sign in again.',
    ],
  },
  disabled: {
    title: 'The credential or its owner is disabled',
    meaning: 'The key is switched off, or whoever it acts for is. Unlike a revoked one, it works again once that ends.',
    causes: [
      'The person for whom the key acts has left the organization, or their account is disabled.',
      'The key itself, or its service account, was disabled by an administrator.',
      'For an access token: the app that it was issued to was disabled.',
    ],
    steps: [
      'Ask an administrator of your organization to enable it.',
      'If the person has left, make a key for a service account: it depends on nobody in particular.',
    ],
  },
  expired: {
    title: 'The credential has expired',
    meaning: 'Its time is over. A key lives 90 days unless another life was asked for; an access token lives minutes.',
    causes: [
      'Nobody rotated the key in time.',
      'It was rotated, and the grace in which the old secret still worked is over. One place still has the old one.',
      'An app kept using an access token and didn’t refresh it.',
    ],
    steps: [
      'Rotate the key with another credential, or make a new one, and put it wherever the old one was: look in every environment.',
      'Rotate on a schedule, well before the end: the old secret works on through the grace, so nothing stops.',
      'In an app, get a new access token with the refresh token as soon as `expires_in` is over.',
    ],
  },
  proof_required: {
    title: 'The token needs its proof',
    meaning:
      'This access token is bound to a key of the app that got it (`cnf`), and the request came without the proof that goes with it. Alone, it is worth nothing to a thief, nor to you.',
    causes: [
      'It was sent as `Bearer`, without the `DPoP` header.',
      'The connection didn’t present the certificate that the token is bound to.',
      'A proxy in between ended TLS, or dropped the `DPoP` header.',
    ],
    steps: [
      'Send the token with its proof, through the library that asked for it.',
      'If the API in question takes no such proof yet, ask for a token that isn’t bound.',
    ],
  },
  insufficient_user_authentication: {
    title: 'The sign-in is not recent enough',
    meaning:
      'Settings, signing keys and the like are changed by somebody who has shown within the last ten minutes that it is them. The token is good, but the sign-in that it came from is older.',
    causes: [
      'The person signed in to the app more than ten minutes ago.',
      'The token was refreshed: it keeps the time of the sign-in that it first came from.',
    ],
    steps: [
      'Send the person to `/oauth2/authorize` once more, with `max_age=600`: they sign in again if it is needed.',
      'Call again with the token that comes of it. `WWW-Authenticate` says the same to a program (RFC 9470).',
    ],
  },
  https_required: {
    title: 'Encrypted requests only',
    meaning:
      'The request came over plain `http`. It was refused, and not redirected: whatever it carried has crossed the network in the clear, so take it as leaked.',
    causes: [
      'The address begins with `http://`.',
      'A proxy of the platform doesn’t say that the request came encrypted (`X-Forwarded-Proto`), or isn’t trusted to.',
    ],
    steps: [
      'Call the address with `https://`.',
      'Rotate the key that was sent. It goes on working until you do, but somebody else may have read it.',
      'If you run this server: `keygrant doctor` names the proxy that forgets to say it.',
    ],
  },
  no_route: {
    title: 'No route of the policy matches',
    meaning:
      'A gateway asked whether this request may pass, and the API’s policy has no route for its method and path. What isn’t listed is refused.',
    causes: [
      'The path or the method is mistyped.',
      'The path can be read in two ways: it holds `..`, `//` or an encoded slash.',
      'The API has a new route that nobody has put into its policy yet.',
    ],
    steps: [
      'Compare method and path with the API’s own reference.',
      'If you run the API, add the route: `GET` and `PUT /v1/policies/:name`. The first that matches counts.',
    ],
  },
  wrong_resource: {
    title: 'The credential is for another resource',
    meaning: 'The credential is good, but for another API than the one that was called.',
    causes: [
      'The key was restricted to one API when it was made (`resource`).',
      'The access token was asked for with another `resource`, so its audience is another.',
      'A gateway asks for the wrong API, or for none, which means this server’s own.',
    ],
    steps: [
      'See what the key is for: `GET /v1/keys/self`.',
      'Use a key for this API, or make one without `resource`, which reaches every API that its scopes belong to.',
      'In an app, name the API’s identifier as `resource` when asking for the token.',
    ],
  },
  wrong_environment: {
    title: 'The credential is for another environment',
    meaning:
      'A `test` key was used where a `live` one is asked for, or the other way round. Neither counts for the other.',
    causes: [
      'The test key got into production’s settings, or production’s key into a test.',
      'The gateway’s policy asks for the wrong environment.',
    ],
    steps: [
      'Look at how the key begins: `kg_live_…` or `kg_test_…`.',
      'Put the right one in its place. A key can’t change its environment; make another one.',
    ],
  },
  ip_not_allowed: {
    title: 'Not from this address',
    meaning: 'The key may be used from certain networks only (`allowed_ips`), and this request came from elsewhere.',
    causes: [
      'The program moved: another server, another cloud region, a new exit address of the office.',
      'It now goes out by IPv6, and only IPv4 networks are listed.',
      'A gateway in between is not among those whose word about addresses is taken, so its own address counts.',
    ],
    steps: [
      'Find out from where you come: ask the network’s operator for its exit addresses.',
      'Put them into the key’s list, as CIDR ranges: `PATCH /v1/keys/:id` with `allowed_ips`.',
      'If you didn’t expect this, somebody else may have the key. Rotate it.',
    ],
  },
  insufficient_scope: {
    title: 'A scope is missing',
    meaning:
      'The credential is good, but it may not do this. `missing_scopes` names what it lacks. A key’s scopes also shrink with the rights of whoever it acts for.',
    causes: [
      'The key was made without this scope.',
      'The person for whom it acts is no administrator any more, and the scope is for administrators only.',
      'At consent, somebody took the tick from this scope.',
    ],
    steps: [
      'See what the key may do now: `GET /v1/resources`.',
      'Give the key the scope, with a credential that has it itself: `PATCH /v1/keys/:id` with `scopes`. Or make a second key for it.',
      'In an app, ask for the scope again: the person decides.',
    ],
  },
  forbidden: {
    title: 'Not allowed',
    meaning: 'We know who asks, and they may not do this. `detail` says which part of the request is meant.',
    causes: [
      'A field that only administrators of the platform may set: `tier`, `limits`, `grantable_scopes`, `user_id`.',
      'It would make a credential that may do more than the one that asks.',
      'It needs the role of an administrator in the organization.',
    ],
    steps: [
      'Leave out the field that `detail` names.',
      'Or ask an administrator of your organization, or of the platform, to do it.',
    ],
  },
  host_only: {
    title: 'Only on the host itself',
    meaning:
      'Some changes are too grave for a key that could leak: roles, other people’s passwords, signing keys, settings. They need a person who has just signed in, or the command on the server itself.',
    causes: ['An API key or a token asked for a change of this kind.'],
    steps: ['Do it on the host, with the `keygrant` command. `keygrant --help` lists what there is.'],
  },
  fresh_sign_in_required: {
    title: 'Only for a person who has just signed in',
    meaning:
      'Settings, signing keys and the like are too grave for a credential that could leak, so no API key changes them, and no client by itself. It takes an administrator of the platform who has signed in within the last ten minutes, or the command on the server itself.',
    causes: [
      'An API key asked for a change of this kind, also one of an administrator.',
      'A client asked with a token of its own (`client_credentials`), behind which there is no person.',
    ],
    steps: [
      'Do it on the host, with the `keygrant` command. `keygrant --help` lists what there is.',
      'Or have an administrator authorize an app for the scope (`admin:settings:write`, say), and call with that token.',
    ],
  },
  form_expired: {
    title: 'The form has expired',
    meaning:
      'A form was sent that this browser didn’t get from us just before, so nothing was done. This is what stops other sites from sending forms in your name.',
    causes: [
      'The page had been open for very long, or you signed in or out in another tab meanwhile.',
      'The browser takes no cookies from this site.',
    ],
    steps: ['Go back, load the page anew, and send the form again.', 'Allow cookies for this site.'],
  },
} as const satisfies Partial<Words['errors']>
